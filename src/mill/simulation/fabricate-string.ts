/** Strings: names that come up again, the code's own literals, odd texts, and texts in a format or by a pattern. */
import { addDays } from '../../values/date.ts';
import { fabricateMatch } from './fabricate-match.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

export interface StringShape {
  readonly minLength: number;
  readonly maxLength: number;
  /** JSON Schema's name of the format. */
  readonly format: string | undefined;
  readonly patterns: readonly string[];
}

const ODD = [
  '',
  '',
  '',
  ' ',
  'ä ö',
  'Cafe\u0301',
  'Café',
  '😀',
  '2024-08-25T23:30:00-05:00',
  '2024-12-31T23:30:00.500-01:00',
  '2024-02-29',
  '__proto__x',
  'a,"b"\n',
  '0',
  '-1',
  'null',
  'x'.repeat(300),
];

/** What code that compares or looks up may take for the same, or not: case, spaces, normalization, beginnings, ends and more around it. */
const ALIKE: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  (text) => ` ${text}`,
  (text) => `${text} `,
  (text) => text.normalize('NFD'),
  (text) => `${text}\u0301`,
  (text) => `x${text}`,
  (text) => `${text}x`,
  (text) => `x${text}x`,
  (text) => text.slice(0, -1),
  (text) => text.slice(1),
  (text) => text + text,
];

const digits = (random: Random, count: number, base = 10): string =>
  Array.from({ length: count }, () => random.integer(0, base - 1).toString(base)).join('');
const two = (value: number): string => String(value).padStart(2, '0');
const time = (random: Random): string =>
  [random.integer(0, 23), random.integer(0, 59), random.integer(0, 59)].map(two).join(':');
const day = (random: Random): string =>
  random.chance(0.2)
    ? random.pick(['2000-02-29', '2000-12-31', '2001-01-01', '1970-01-01'])
    : addDays('2000-01-01', random.integer(0, 1_000));
const octets = (random: Random): string => Array.from({ length: 4 }, () => random.integer(0, 255)).join('.');

const NEAR_MIDNIGHT = ['23:30:00', '00:00:00', '00:30:00', '23:59:59.999', '12:00:00'];
const OFFSETS = ['Z', '-05:00', '+05:30', '+14:00', '-12:00', '+00:00', ''];

/** By the names that zod gives formats in JSON Schema; what is not here is made from the format's pattern. */
const FORMATS: Readonly<Record<string, (random: Random, name: string) => string>> = {
  date: day,
  time,
  'date-time': (random) => `${day(random)}T${time(random)}${random.pick(['Z', '.123Z', '.000Z'])}`,

  duration: (random) => random.pick(['P1D', 'PT1H', 'PT30M', 'P1Y2M3DT4H5M6S']),
  email: (random, name) =>
    `${name.replace(/[^a-z0-9]/gi, '') || 'a'}@${random.pick(['example.com', 'mail.example.org'])}`,
  uri: (random, name) => `https://example.com/${encodeURIComponent(name)}?n=${random.integer(0, 9)}`,
  uuid: (random) =>
    `${digits(random, 8, 16)}-${digits(random, 4, 16)}-4${digits(random, 3, 16)}-8${digits(random, 3, 16)}-${digits(random, 12, 16)}`,
  ipv4: octets,
  ipv6: (random) => Array.from({ length: 8 }, () => digits(random, 4, 16)).join(':'),
  cidrv4: (random) => `${octets(random)}/${random.integer(8, 32)}`,
  base64: (_, name) => Buffer.from(name).toString('base64'),
  base64url: (_, name) => Buffer.from(name).toString('base64url'),
  'json-string': (random) => random.pick(['{}', '[]', 'null', '{"a":1}']),
};

export function fabricateString(shape: StringShape, scene: Scene): string {
  const { random, names, literals } = scene;
  const fitting = (texts: readonly string[]): string[] => texts.filter((text) => fits(text, shape));
  const format = shape.format === undefined ? undefined : FORMATS[shape.format];
  if (format === undefined || random.chance(0.1)) {
    const known =
      random.chance(scene.mood === 'edge' ? 0.4 : 0.75) || literals.strings.length === 0 ? names : literals.strings;
    const found = fitting(known);
    const alike = random.chance(scene.mood === 'edge' ? 0.8 : 0.3) ? alikeInTurn(scene) : undefined;
    if (alike !== undefined && fits(alike, shape)) return alike;
    if (found.length > 0 && random.chance(0.7)) return random.pick(found);
    const odd = fitting(ODD);
    if (odd.length > 0 && random.chance(0.5)) return random.pick(odd);
    if (found.length > 0) return random.pick(found);
  }
  if (shape.format === 'date-time' && random.chance(0.5)) {
    // Hours and offsets that move the day, where the schema takes them.
    const moved = fitting([`${day(random)}T${random.pick(NEAR_MIDNIGHT)}${random.pick(OFFSETS)}`]);
    if (moved[0] !== undefined) return moved[0];
  }
  if (format !== undefined) return format(random, random.pick(names));
  if (shape.patterns.length > 0) return matchingAll(shape, random);
  const length = random.integer(shape.minLength, Math.min(shape.maxLength, shape.minLength + 3));
  return random
    .pick(names)
    .slice(0, length)
    .padEnd(length, random.pick(['A', 'B', 'C']));
}

/** Every text of the code and what is like it comes up when there are enough texts. */
function alikeInTurn({ literals: { strings }, turns }: Scene): string | undefined {
  const count = strings.length * ALIKE.length;
  if (count === 0) return undefined;
  const turn = turns.get(TURN_OF_TEXTS) ?? 0;
  turns.set(TURN_OF_TEXTS, turn + 1);
  const text = strings[turn % strings.length] ?? '';
  return ALIKE[Math.floor(turn / strings.length) % ALIKE.length]?.(text);
}

/** Among the turns at places of a schema; chains begin at different ones. */
export const TURN_OF_TEXTS = '"texts"';

/** Of several patterns (a beginning, an end) one after the other is mostly a match of all. */
function matchingAll(shape: StringShape, random: Random): string {
  const parts = shape.patterns.map((pattern) => fabricateMatch(pattern, random));
  return [...parts, parts.join('')].find((text) => fits(text, shape)) ?? parts.join('');
}

export const fits = (text: string, { minLength, maxLength, patterns }: StringShape): boolean =>
  text.length >= minLength && text.length <= maxLength && patterns.every((pattern) => new RegExp(pattern).test(text));
