/** Bytes as text, or refused: a character that cannot be read would be stored as another one. */
import { isUtf8 } from 'node:buffer';
import { UserError } from '../../errors.ts';
import { fileKind } from './file-kind.ts';

/** Characters of the text around a wrong byte. */
const SHOWN_CHARACTERS = 20;

const LF = 10;
const CR = 13;

/**
 * The text of a stream of bytes, without its byte order mark.
 * @throws {UserError} BAD_SOURCE, naming what it is when the first bytes tell, else the line that is no UTF-8, or has a NUL in it.
 */
export async function* utf8Text(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  let afterCr = false;
  let atStart = true;
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (atStart) {
      const kind = fileKind(bytes);
      if (kind !== undefined) throw new UserError('BAD_SOURCE', `${name} is ${kind.what}. ${kind.remedy}`);
    }
    const whole = bytes.subarray(0, wholeCharacters(bytes));
    held = bytes.subarray(whole.length);
    if (!isUtf8(whole) || whole.includes(0)) throw badBytes(whole, name, line);
    const text = whole.toString('utf8');
    yield atStart && text.startsWith('\uFEFF') ? text.slice(1) : text;
    atStart = false;
    for (const byte of whole) {
      if (byte === CR || (byte === LF && !afterCr)) line++;
      afterCr = byte === CR;
    }
  }
  if (held.length > 0)
    throw new UserError('BAD_SOURCE', `${name}, line ${line}: it ends within a character, so the file was cut off.`);
}

/** Bytes before a character at the end that the next chunk goes on with. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function badBytes(bytes: Buffer, name: string, firstLine: number): UserError {
  let [line, start] = [firstLine, 0];
  for (;;) {
    const end = nextLine(bytes, start);
    const own = bytes.subarray(start, end);
    if (!isUtf8(own) || own.includes(0) || end === bytes.length) return badLine(own, `${name}, line ${line}`);
    [line, start] = [line + 1, end];
  }
}

function nextLine(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) return at + 1;
  }
  return bytes.length;
}

function badLine(line: Buffer, where: string): UserError {
  if (isUtf8(line))
    return new UserError(
      'BAD_SOURCE',
      `${where}: it has a NUL byte, which no text has: the file is damaged, or is none of rows.`,
    );
  const at = Buffer.byteLength(line.toString('utf8').split('\uFFFD', 1)[0] ?? '');
  const around = line.subarray(Math.max(0, at - SHOWN_CHARACTERS), at + SHOWN_CHARACTERS);
  const guess = new TextDecoder('windows-1252').decode(around).trim();
  return new UserError(
    'BAD_SOURCE',
    `${where}: the byte 0x${(line[at] ?? 0).toString(16).toUpperCase()} is no UTF-8; in Windows-1252 it would be in ${JSON.stringify(guess)}. ` +
      'Convert the file from what it is in, as iconv -f WINDOWS-1252 -t UTF-8 FILE > FILE.utf8.',
  );
}
