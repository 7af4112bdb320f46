/** What comment lines say of metrics, and what OpenMetrics asks of a type's samples. */
import type { Label, Metadata, MetricType } from '../../model/series.ts';
import { quoted } from '../rejections.ts';
import type { Dialect } from './dialect.ts';
import { BadLine, BYTE, type Scan } from './scan.ts';
import { readAnyName, textBetween, unescaped } from './text.ts';

interface Family {
  readonly name: string;
  type?: MetricType;
  help?: string;
  unit?: string;
}

/** Endings of the names of a type's samples; '' is the family's own name. */
const ENDINGS: Readonly<Record<MetricType, readonly string[]>> = {
  unknown: [''],
  gauge: [''],
  stateset: [''],
  counter: ['_total', '_created'],
  info: ['_info'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
};

export class Families {
  readonly #dialect: Dialect;
  readonly #families = new Map<string, Family>();
  /** That comments spoke of last, and its samples follow. */
  current: Family | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** A line from behind its `#`. True when it says that the body ends here. */
  readComment(scan: Scan): boolean {
    scan.skipBlanks();
    const start = scan.at;
    scan.skipWord();
    const word = scan.at - start > 8 ? '' : textBetween(scan, start, scan.at);
    const { isStrict } = this.#dialect;
    if (word === 'EOF' && isStrict) return true;
    if (word === 'TYPE' || word === 'HELP' || (word === 'UNIT' && isStrict)) {
      scan.skipBlanks();
      const name = readAnyName(scan, 'metric');
      scan.skipBlanks();
      this.#say(word, name, textBetween(scan, scan.at, scan.end));
    } else if (isStrict) throw new BadLine('expected # HELP, # TYPE, # UNIT or # EOF');
    return false;
  }

  #say(word: 'TYPE' | 'HELP' | 'UNIT', name: string, text: string): void {
    const family = this.#families.get(name) ?? { name };
    if (word === 'TYPE') {
      const type = Object.hasOwn(this.#dialect.types, text.trim()) ? this.#dialect.types[text.trim()] : undefined;
      if (type === undefined)
        throw new BadLine(
          `expected a type of ${Object.keys(this.#dialect.types).join(', ')} behind # TYPE ${quoted(name)}`,
        );
      if (family.type !== undefined && family.type !== type)
        throw new BadLine(`expected one type of ${quoted(name)}, which is a ${family.type} above`);
      family.type = type;
    } else if (word === 'HELP') family.help = unescaped(text);
    else {
      if (text !== '' && !name.endsWith(`_${text}`))
        throw new BadLine(`expected ${quoted(name)} to end with _ and its unit`);
      family.unit = text;
    }
    this.#families.set(name, family);
    this.current = family;
  }

  all(): Metadata[] {
    return Array.from(this.#families.values(), ({ name, type = 'unknown', help = '', unit = '' }) => ({
      name: this.#dialect.isStrict ? sampleName(name, type) : name,
      type,
      ...(unit === '' ? {} : { unit }),
      ...(help === '' ? {} : { help }),
    }));
  }

  /** How the name of a sample ends, behind that of the family that is spoken of; undefined when it is of another. */
  endingOf(scan: Scan, start: number, end: number): string | undefined {
    const family = this.current;
    if (family?.type === undefined || scan.bytes[start] === BYTE.open) return undefined;
    const { name } = family;
    if (end - start < name.length || end - start > name.length + 8) return undefined;
    for (let at = 0; at < name.length; at++) if (scan.bytes[start + at] !== name.charCodeAt(at)) return undefined;
    const ending = textBetween(scan, start + name.length, end);
    return ending === '' || ending.startsWith('_') ? ending : undefined;
  }
}

/** Of a counter and of an info, as series have it. */
function sampleName(family: string, type: MetricType): string {
  const ending = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
  return family.endsWith(ending) ? family : `${family}${ending}`;
}

/** What OpenMetrics does not allow of a type's sample. @throws {BadLine} */
export function checkSample(
  type: MetricType,
  ending: string,
  labels: readonly Label[] | undefined,
  value: number,
): void {
  const endings = ENDINGS[type];
  // A metric whose name begins like the family's is one of its own.
  if (!endings.includes(ending) && ending !== '') return;
  if (!endings.includes(ending))
    throw new BadLine(`expected the name of a ${type} to end with ${endings.join(' or ')}`);
  const needed = ending === '_bucket' ? 'le' : type === 'summary' && ending === '' ? 'quantile' : '';
  if (labels !== undefined && needed !== '' && !labels.some(([name]) => name === needed))
    throw new BadLine(`expected the label ${needed}`);
  if (type === 'info' && value !== 1) throw new BadLine('expected the value of an info to be 1');
  if (type === 'stateset' && value !== 0 && value !== 1)
    throw new BadLine('expected the value of a state to be 0 or 1');
  if (['_total', '_bucket', '_count'].includes(ending) && !(value >= 0))
    throw new BadLine('expected a count, which is a number and not negative');
}

export const hasCreated = (type: MetricType | undefined): boolean =>
  type !== undefined && ENDINGS[type].includes('_created');

/** Which of a type's samples may have an exemplar. */
export const mayHaveExemplar = (type: MetricType | undefined, ending: string | undefined): boolean =>
  (type === 'counter' && ending === '_total') || ending === '_bucket';
