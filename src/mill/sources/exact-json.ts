/** What `JSON.parse` changes without a word: digits that no double holds, and keys that come twice. */
import { exactNumber } from '../../values/exact-number.ts';
import type { InexactNumber } from '../model/file-row.ts';

export interface JsonLosses {
  readonly inexact: readonly InexactNumber[];
  /** The path of a key that its object has twice, or that no object can keep. */
  readonly lostKey: readonly string[] | undefined;
}

/** A string, a number, or a character that opens, closes or divides. Literals and spaces are passed over. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],:]/g;

/** Digits that may be more than a double holds, wherever they stand: fewer than 16 characters without an exponent never are. */
const MANY_DIGITS = /-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?\d[\d.]*[eE][+-]?\d+/g;

const NOTHING: JsonLosses = { inexact: [], lostKey: undefined };

/** Lists and objects within each other: deeper ones overflow the stack of those that walk them. */
const MOST_LEVELS = 500;

/** `text` is JSON, of which `JSON.parse` made `value`; undefined when it is nested too deep to be told. */
export function jsonLosses(text: string, value: unknown): JsonLosses | undefined {
  const keys = countKeys(value, MOST_LEVELS);
  if (keys === undefined) return undefined;
  return keepsNumbers(text) && keys === countColons(text) ? NOTHING : lossesIn(text);
}

/** Sound and quick: what it doubts is looked at token by token. */
function keepsNumbers(text: string): boolean {
  for (const [digits] of text.matchAll(MANY_DIGITS)) if (exactNumber(digits) === undefined) return false;
  return true;
}

/** Those that may follow a key: one that comes twice is one key in the value, and two in the text. */
function countColons(text: string): number {
  let colons = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) <= SPACE) before--;
    if (text[before] === '"') colons++;
  }
  return colons;
}

const SPACE = 32;

/** NaN when one of them is "__proto__", which most that copy an object lose; undefined when there are more levels. */
function countKeys(value: unknown, levels: number): number | undefined {
  if (typeof value !== 'object' || value === null) return 0;
  if (levels === 0) return undefined;
  let keys = 0;
  for (const [key, member] of Object.entries(value)) {
    const inner = countKeys(member, levels - 1);
    if (inner === undefined) return undefined;
    keys += inner + (Array.isArray(value) ? 0 : key === '__proto__' ? Number.NaN : 1);
  }
  return keys;
}

function lossesIn(text: string): JsonLosses {
  const inexact: InexactNumber[] = [];
  let lostKey: readonly string[] | undefined;
  const open: { keys: Set<string> | undefined; at: string; index: number }[] = [];
  const path = (): string[] => open.map(({ at }) => at);
  let string: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ keys: new Set(), at: '', index: 0 });
    else if (token === '[') open.push({ keys: undefined, at: '0', index: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (inner?.keys === undefined && inner !== undefined) inner.at = String(++inner.index);
    } else if (token === ':') {
      if (inner?.keys === undefined || string === undefined) continue;
      inner.at = JSON.parse(string) as string;
      if (inner.keys.has(inner.at) || inner.at === '__proto__') lostKey ??= path();
      inner.keys.add(inner.at);
    } else if (token.startsWith('"')) string = token;
    else if (exactNumber(token) === undefined) inexact.push({ path: path(), text: token });
  }
  return { inexact, lostKey };
}
