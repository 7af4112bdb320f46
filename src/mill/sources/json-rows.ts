/** Rows of JSON: an object a line, or one list of objects. */
import { UserError } from '../../errors.ts';
import type { Row } from '../model/dataset.ts';
import type { FileRow } from '../model/file-row.ts';
import { cutOff } from './csv-rows.ts';
import { type DateRow, rowDater, type TextOptions } from './dated-row.ts';
import { jsonLosses } from './exact-json.ts';
import { jsonListMembers } from './json-list.ts';

/** Characters of a text that is no JSON which go into the list of wrong rows. */
const SHOWN_CHARACTERS = 500;

/** @throws {UserError} BAD_SOURCE for a text that has its objects otherwise, and for one that is cut off. */
export async function* ndjsonRows(chunks: AsyncIterable<string>, options: TextOptions): AsyncGenerator<FileRow[]> {
  const { file } = options;
  const dated = rowDater(options);
  let line = 0;
  let rest = '';
  let begun = false;
  let afterCr = false;
  const rowsOf = (lines: readonly string[], ended: boolean): FileRow[] =>
    lines.flatMap((text) => {
      line++;
      if (text.trim() === '') return [];
      if (!begun) assertLines(text.trim(), file);
      begun = true;
      return [jsonRow(line, text, dated, ended ? undefined : file)];
    });
  for await (const chunk of chunks) {
    const lines = (afterCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk).split(/\r\n?|\n/);
    afterCr = chunk.endsWith('\r');
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    yield rowsOf(lines, true);
  }
  yield rowsOf([rest], false);
}

/** @throws {UserError} BAD_SOURCE when it is no list, or is cut off. */
export async function* jsonListRows(chunks: AsyncIterable<string>, options: TextOptions): AsyncGenerator<FileRow[]> {
  const dated = rowDater(options);
  for await (const members of jsonListMembers(chunks, options.file, options.single))
    yield members.map(({ line, text }) => jsonRow(line, text, dated));
}

/** Of the first line that says something: JSON that is not an object a line would be one wrong row after another. */
function assertLines(first: string, file: string): void {
  if (!first.startsWith('[') && first !== '{') return;
  throw new UserError(
    'BAD_SOURCE',
    first === '{'
      ? `${file} is one JSON text over several lines, and NDJSON is an object a line. Convert it: jq -c . FILE > FILE.ndjson.`
      : `${file} is one JSON list, and NDJSON is an object a line. Let its name end in .json, or say --format json.`,
  );
}

/** `cutOffIn`: the file, where nothing follows the text, so that half of it may be missing. */
function jsonRow(line: number, text: string, dated: DateRow, cutOffIn?: string): FileRow {
  const wrong = (reason: string, column = ''): FileRow => {
    return { kind: 'wrong', line, column, reason, row: text.slice(0, SHOWN_CHARACTERS) };
  };
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (thrown) {
    const reason = `it is no JSON: ${whyNot(text, thrown as SyntaxError)}`;
    if (cutOffIn !== undefined && text.trimStart().startsWith('{')) throw cutOff(cutOffIn, line, reason);
    return wrong(reason);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return { kind: 'wrong', line, column: '', reason: 'it is no JSON object', row: values };
  const losses = jsonLosses(text, values);
  if (losses === undefined) return wrong('it is nested too deep');
  const { lostKey, inexact } = losses;
  if (lostKey !== undefined) {
    const isProto = lostKey.at(-1) === '__proto__';
    return wrong(isProto ? 'no field can be called so' : 'its object has this key twice', lostKey.join('.'));
  }
  const row = dated(line, values as Row);
  return inexact.length === 0 || row.kind !== 'row' ? row : { ...row, inexact };
}

const whyNot = (text: string, { message }: SyntaxError): string =>
  /[:,[]\s*(?:NaN|-?Infinity)\b/.test(text)
    ? 'NaN and Infinity are no part of it. Have null sent where there is no number'
    : message;
