/** Reads the Statistical Reference Datasets of NIST (https://www.itl.nist.gov/div898/strd/), and counts digits that agree with what they certify. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../fixtures/nist');
/** As many as are certified. */
const MOST_DIGITS = 15;

/** The words of each line that begins with the key. */
function linesOf(name: string): (key: string) => string[][] {
  const lines = readFileSync(join(FOLDER, `${name}.txt`), 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  return (key) => lines.filter(([first]) => first === key).map(([, ...rest]) => rest);
}

const only = (lines: readonly string[][]): number => Number(lines[0]?.[0]);

export interface Univariate {
  readonly values: readonly number[];
  readonly mean: number;
  readonly deviation: number;
}

export function readUnivariate(name: string): Univariate {
  const lines = linesOf(name);
  const words = [...lines('data').flat(), ...lines('digits').flatMap(([digits = '']) => digits.split(''))];
  return { values: words.map(Number), mean: only(lines('mean')), deviation: only(lines('deviation')) };
}

export interface Regression {
  readonly design: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  readonly residualDeviation: number;
  readonly rSquared: number;
}

export function readRegression(name: string): Regression {
  const lines = linesOf(name);
  const [[model, degree] = []] = lines('model');
  const rows = lines('data').map((words) => words.map(Number));
  const coefficients = lines('coefficient').map((words) => words.map(Number));
  return {
    design: rows.map(([, ...x]) =>
      model === 'linear' ? [1, ...x] : model === 'proportional' ? x : powers(x[0] as number, Number(degree)),
    ),
    y: rows.map(([y]) => y as number),
    coefficients: coefficients.map(([estimate]) => estimate as number),
    standardErrors: coefficients.map(([, deviation]) => deviation as number),
    residualDeviation: only(lines('residual-deviation')),
    rSquared: only(lines('r-squared')),
  };
}

const powers = (x: number, degree: number): number[] => Array.from({ length: degree + 1 }, (_, power) => x ** power);

/**
 * The log relative error, in digits: of the worst of them. Absolute where zero is certified.
 * Source: B. D. McCullough, "Assessing the Reliability of Statistical Software: Part I", The American Statistician 52 (1998), 358-366.
 */
export function digitsAgreeing(found: readonly number[], certified: readonly number[]): number {
  const digits = certified.map((value, index) => {
    const error = Math.abs((found[index] ?? Number.NaN) - value) / (value === 0 ? 1 : Math.abs(value));
    return error === 0 ? MOST_DIGITS : -Math.log10(error);
  });
  return Math.min(MOST_DIGITS, ...digits);
}
