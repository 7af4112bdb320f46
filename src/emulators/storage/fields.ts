/** Partial answers, as `fields=items(name,size),nextPageToken`: https://cloud.google.com/storage/docs/json_api#partial-response */
import { invalid } from './errors.ts';

/** What is kept of each field; nothing in it keeps all. */
interface Mask extends Map<string, Mask> {}

/**
 * A function that takes a part of an answer. Names that the answer does not have keep nothing.
 * @throws {StorageError} invalid
 */
export function readFields(fields: string): (answer: object) => object {
  const tokens = fields.match(/[\w-]+|\S/gu) ?? [];
  const mask: Mask = new Map();
  readList(tokens, mask);
  if (tokens.length > 0) throw invalid(`Invalid field selection: "${fields}"`);
  return (answer) => select(answer, mask) as object;
}

/** Takes a list of fields from the front of the tokens. */
function readList(tokens: string[], mask: Mask): void {
  do {
    let inner = within(mask, tokens.shift());
    while (tokens[0] === '/') inner = within(inner, tokens.splice(0, 2)[1]);
    if (tokens[0] === '(') {
      tokens.shift();
      readList(tokens, inner);
      if (tokens.shift() !== ')') throw invalid('Invalid field selection: a parenthesis is not closed');
    }
  } while (tokens[0] === ',' && tokens.shift());
}

function within(mask: Mask, name: string | undefined): Mask {
  if (name === undefined || !/^(?:[\w-]+|\*)$/u.test(name)) throw invalid('Invalid field selection: a name is missing');
  const inner: Mask = mask.get(name) ?? new Map();
  mask.set(name, inner);
  return inner;
}

function select(value: unknown, mask: Mask | undefined): unknown {
  if (mask === undefined || mask.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => select(item, mask));
  const kept = Object.entries(value).filter(([name]) => mask.has('*') || mask.has(name));
  return Object.fromEntries(kept.map(([name, field]) => [name, select(field, mask.get(name) ?? mask.get('*'))]));
}
