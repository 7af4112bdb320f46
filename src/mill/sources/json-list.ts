/** The members of one JSON list, as text, whatever its layout: a file of any size is never held as a whole. */
import { UserError } from '../../errors.ts';

export interface ListMember {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Yields the members that each chunk of text completes; `single`: a text that is one object has it as its only member. What is inside of a member is not looked at, but for where it ends.
 * @throws {UserError} BAD_SOURCE when the text is no list, ends within it, or goes on behind it.
 */
export async function* jsonListMembers(
  chunks: AsyncIterable<string>,
  file: string,
  single = false,
): AsyncGenerator<ListMember[]> {
  let alone = false;
  let where: 'before' | 'inside' | 'behind' = 'before';
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let text = '';
  let line = 1;
  let start = 1;
  let count = 0;
  let afterCr = false;
  let members: ListMember[] = [];
  for await (const chunk of chunks) {
    for (const character of chunk) {
      if (character === '\r' || (character === '\n' && !afterCr)) line++;
      afterCr = character === '\r';
      if (where !== 'inside') {
        if (BLANKS.has(character)) continue;
        alone = single && where === 'before' && character === '{';
        if (!alone && (where === 'behind' || character !== '[')) throw noList(file, line, where, character);
        where = 'inside';
        if (!alone) continue;
      }
      const isEnd = depth === 0 && !quoted && (character === ',' || character === ']');
      if (isEnd) {
        // A list without members has none.
        if (text !== '' || character === ',' || count > 0) members.push({ line: text === '' ? line : start, text });
        count++;
        text = '';
        if (character === ']') where = 'behind';
        continue;
      }
      if (quoted) {
        quoted = escaped || character !== '"';
        escaped = !escaped && character === '\\';
      } else if (character === '"') quoted = true;
      else if (character === '{' || character === '[') depth++;
      else if (character === '}' || character === ']') depth--;
      if (text === '' && BLANKS.has(character)) continue;
      if (text === '') start = line;
      text += character;
      if (alone && depth === 0 && !quoted) {
        members.push({ line: start, text });
        text = '';
        where = 'behind';
      }
    }
    yield members;
    members = [];
  }
  if (where !== 'inside') return;
  const problem = `its list, or a text in it, is never closed. Get the whole file`;
  throw new UserError('BAD_SOURCE', `${file} is cut off in line ${line}: ${problem}.`);
}

const BLANKS = new Set([' ', '\t', '\n', '\r']);

function noList(file: string, line: number, where: 'before' | 'behind', character: string): UserError {
  const remedy =
    character === '{'
      ? 'If each line is an object, let its name end in .ndjson, or say --format ndjson'
      : 'Write [ ] around its objects, and commas between them';
  return new UserError(
    'BAD_SOURCE',
    where === 'before'
      ? `${file}, line ${line}: it is no JSON list. ${remedy}.`
      : `${file}, line ${line}: something follows the list. Write one list.`,
  );
}
