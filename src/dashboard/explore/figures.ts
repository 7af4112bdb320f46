/** Values with their unit, and times on an axis. Pure. */

export type Unit = 'bytes' | 'seconds' | 'ratio' | 'none';

export interface Measured {
  readonly unit: Unit;
  /** A second: the values are rates. */
  readonly isRate: boolean;
}

export interface MetricInfo {
  readonly type: string;
  readonly unit: string;
  readonly help: string;
}

export type Metadata = Readonly<Record<string, readonly MetricInfo[]>>;

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;
/** What they answer has not the unit of what they are given. */
const UNITLESS =
  /\b(?:count|absent|changes|resets|count_over_time|histogram_count|stdvar|count_values|group)\s*(?:\(|by|without)/;
const RATE = /\b(?:rate|irate|deriv)\s*\(/;
const DIVIDED = /[})\w\]]\s*\/\s*[a-zA-Z({]/;

/** Of the first metric in it that says what it is, or is named for it. */
export function unitOf(expression: string, metadata: Metadata): Measured {
  const isRate = RATE.test(expression);
  if (UNITLESS.test(expression) || DIVIDED.test(expression.replaceAll(/"[^"]*"/g, '""')))
    return { unit: 'none', isRate: false };
  const isQuantile = /\bhistogram_quantiles?\s*\(/.test(expression);
  for (const [name] of expression.matchAll(NAME)) {
    const bare = name.replace(/_(?:total|sum|bucket)$/, '');
    if (name.endsWith('_count')) return { unit: 'none', isRate };
    if (name.endsWith('_bucket') && !isQuantile) return { unit: 'none', isRate };
    const said = metadata[name]?.[0]?.unit || metadata[bare]?.[0]?.unit || /_(bytes|seconds|ratio)$/.exec(bare)?.[1];
    if (said === 'bytes' || said === 'seconds' || said === 'ratio') return ratedUnit(said, isRate && !isQuantile);
  }
  return { unit: 'none', isRate };
}

/** Seconds a second are a share. */
const ratedUnit = (unit: Unit, isRate: boolean): Measured =>
  unit === 'seconds' && isRate ? { unit: 'none', isRate: false } : { unit, isRate };

const SI: readonly (readonly [number, string])[] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

const short = (value: number): string => {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return String(Number(value.toPrecision(4)));
};

function scaled(value: number): string {
  const [size, letter] = SI.find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${short(value / size)}${letter === '' ? '' : ` ${letter}`}`;
}

function timed(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 1e-3) return `${short(value * 1e6)} µs`;
  if (size < 1) return `${short(value * 1e3)} ms`;
  if (size < 120) return `${short(value)} s`;
  if (size < 7_200) return `${short(value / 60)} min`;
  return size < 172_800 ? `${short(value / 3_600)} h` : `${short(value / 86_400)} d`;
}

/** Four digits are enough to look at; what is exact is in the answer. */
export function figure(value: number, { unit, isRate }: Measured): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const rate = isRate ? '/s' : '';
  if (unit === 'seconds') return timed(value);
  if (unit === 'ratio') return `${short(value * 100)} %`;
  const text = scaled(value);
  return unit === 'bytes' ? `${text}${/[A-Z]$/i.test(text) ? '' : ' '}B${rate}` : `${text}${rate}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const DAY_S = 86_400;

/** Of UTC; `increment` is what lies between two, all in seconds. A day begins with its name. */
export function timeTicks(ticks: readonly number[], increment: number): string[] {
  return ticks.map((tick) => {
    const at = new Date(tick * 1_000);
    if (increment >= DAY_S || tick % DAY_S === 0) return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
    return at.toISOString().slice(11, increment < 60 ? 19 : 16);
  });
}
