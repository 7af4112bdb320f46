/**
 * Names of OpenTelemetry as Prometheus has them.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */

/** By the names that Prometheus's configuration has for them: whether names are escaped, and whether unit and type are appended. */
export const TRANSLATIONS = {
  UnderscoreEscapingWithSuffixes: { escapes: true, suffixes: true },
  UnderscoreEscapingWithoutSuffixes: { escapes: true, suffixes: false },
  NoUTF8EscapingWithSuffixes: { escapes: false, suffixes: true },
  NoTranslation: { escapes: false, suffixes: false },
} as const;
export type TranslationStrategy = keyof typeof TRANSLATIONS;

/** UCUM's units as Prometheus writes them. https://ucum.org/ucum */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tebibytes',
  kBy: 'kilobytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
};

/** Of what stands behind a slash. */
const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

export interface Named {
  readonly name: string;
  readonly unit: string;
  readonly isCounter: boolean;
  readonly isGauge: boolean;
}

/** The metric's name; undefined when nothing of it is left. */
export function metricNameOf(metric: Named, strategy: TranslationStrategy): string | undefined {
  const { escapes, suffixes } = TRANSLATIONS[strategy];
  const made = escapes ? escapedName(metric, suffixes) : suffixes ? withSuffixes(metric) : metric.name;
  return made === '' || (made !== metric.name && /^_+$/.test(made)) ? undefined : made;
}

/** `bytes`, `per_second`, `bytes_per_second`: as it is at the end of a name. */
export function unitOf(unit: string, strategy: TranslationStrategy): string {
  const { escapes, suffixes } = TRANSLATIONS[strategy];
  if (!suffixes) return unit;
  const parts = unitParts(unit).map((part) => (escapes ? cleanUnit(part) : part));
  return parts.filter((part) => part !== '').join('_');
}

/** Main unit and the one it is per; what stands in braces is an annotation, and none. */
function unitParts(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/');
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim();
  const known = (table: Readonly<Record<string, string>>, text: string): string =>
    /[{}]/.test(text) ? '' : Object.hasOwn(table, text) ? (table[text] as string) : text;
  const perName = known(PER, per);
  return [known(UNITS, main), perName === '' ? '' : `per_${perName}`];
}

const cleanUnit = (unit: string): string => tokens(unit).join('_');

/** Stretches of what names are made of: with that, repeated underscores become one. */
const tokens = (text: string): string[] => text.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');

function escapedName({ name, unit, isCounter, isGauge }: Named, suffixes: boolean): string {
  if (!suffixes)
    return digitFirst(
      name
        .split(/[^a-zA-Z0-9:_]+/)
        .filter((part) => part !== '')
        .join('_'),
    );
  const [main, per] = unitParts(unit).map(cleanUnit) as [string, string];
  const parts = tokens(name);
  if (main !== '' && !parts.includes(main)) parts.push(main);
  if (per !== '' && per !== 'per' && !parts.includes(per)) parts.push(per);
  const all = isCounter ? last(parts, 'total') : isGauge && unit === '1' ? last(parts, 'ratio') : parts;
  return digitFirst(all.join('_'));
}

const last = (parts: readonly string[], word: string): string[] => [...parts.filter((part) => part !== word), word];

const digitFirst = (name: string): string => (/^\d/.test(name) ? `_${name}` : name);

/** Suffixes at the end of a name that is left as it is, without repeating those that it has. */
function withSuffixes({ name, unit, isCounter, isGauge }: Named): string {
  const [main, per] = unitParts(unit);
  const word = isCounter ? 'total' : isGauge && unit === '1' ? 'ratio' : '';
  let made = without(without(name, word), per);
  if (main !== '' && !made.endsWith(main)) made += `_${main}`;
  if (per !== '') made += `_${per}`;
  return word === '' ? made : `${made}_${word}`;
}

const without = (name: string, suffix: string): string =>
  suffix !== '' && name.endsWith(suffix) && name.length > suffix.length + 1 ? name.slice(0, -suffix.length - 1) : name;

/** An attribute's key as a label's name; undefined when nothing of it is left. */
export function labelNameOf(key: string, strategy: TranslationStrategy): string | undefined {
  if (key === '' || !TRANSLATIONS[strategy].escapes) return key === '' ? undefined : key;
  const made = key.replace(/[^a-zA-Z0-9_]/gu, '_');
  if (made !== key && /^_+$/.test(made)) return undefined;
  if (/^\d/.test(made)) return `key_${made}`;
  return /^_(?!_)/.test(made) ? `key${made}` : made;
}
