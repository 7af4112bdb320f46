/** Whether what was printed is what a guide shows, but for what differs from machine to machine and from night to night. */

interface Mask {
  readonly what: string;
  readonly pattern: RegExp;
  readonly as: string;
}

/** In this order, on both sides. What counts, names or dates something, and every result, is not among them; for ids see below. */
const MASKS: readonly Mask[] = [
  {
    what: 'an instant, when something ran; days of data have no time of day',
    pattern: /\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\b/g,
    as: '<instant>',
  },
  {
    what: 'how long something took, also in parts: 0.07+0.42 s',
    pattern: /\b\d+(\.\d+)?(\+\d+(\.\d+)?)* (ms|s|min|h)\b( \d+ (s|min)\b)?/g,
    as: '<time>',
  },
  { what: 'memory', pattern: /\b\d+(\.\d+)? (MB|GB|MiB|GiB)(?!\w)/g, as: '<memory>' },
  { what: 'the price of a run, below ten cents; what a shop sells for is more', pattern: /\$0\.0\d+/g, as: '<price>' },
  { what: 'what Firestore bills', pattern: /\b\d+ (read|write|delete)s?\b/g, as: '<count> $1s' },
  {
    what: 'the same, in a row of a table',
    pattern: /( \d+){3}(?= <time> <price>)/g,
    as: ' <reads> <writes> <deletes>',
  },
  { what: 'a port of this machine', pattern: /(127\.0\.0\.1|localhost):\d+/g, as: '$1:<port>' },
];

/** No guide shows what npm says of itself, nor how far a slow machine is with a phase. */
const UNSHOWN = /^(> .*|npm (warn|notice).*|[a-z].* {2}\d+ of \d+)$/gm;

/** Where a line breaks and a column begins is the width's and the masked figures' doing. */
const masked = (text: string): string =>
  MASKS.reduce(
    (so, { pattern, as }) => so.replace(pattern, as),
    text.replace(UNSHOWN, '').replaceAll(/\s+/g, ' ').trim(),
  );

/** `…` that Daymill prints itself, and that stands for nothing else: from day to day, and what a table leaves out. */
const PRINTED = /(?<=\d{4}-\d{2}-\d{2} )…(?= \d{4}-\d{2}-\d{2})|…(?= and \d+ more)/g;

const HELD = '\u0000';

/** Of a run, a dispatch, a version of code, or a result; a key of an organization, and a token. */
const ID =
  /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}|dm_[\w-]+\.[0-9a-f]{16}\.[\w-]{43}|eyJ[\w-]+(?:\.[\w-]+){2})(?![\w-])/g;

/** What the guide calls something, to what it is called here. */
export type Ids = ReadonlyMap<string, string>;

/**
 * Undefined when it is not as shown; `…` is whatever may stand there. With `isPart` more may be printed before and after. Ids differ each time: those that
 * the guide shows, with those in their places.
 */
export function asShown(shown: string, printed: string, isPart = false): Ids | undefined {
  const ids = [...masked(shown).matchAll(ID)].map(([id]) => id);
  const pieces = masked(shown).replace(PRINTED, HELD).split(/ ?… ?/);
  const text = pieces
    .map((piece) => piece.replaceAll(HELD, '…').split(ID).map(literally).join(`(${ID.source})`))
    .join('.*?');
  const found = new RegExp(isPart ? text : `^${text}$`).exec(masked(printed));
  return found === null ? undefined : new Map(ids.map((id, at) => [id, found[at + 1] ?? id]));
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
