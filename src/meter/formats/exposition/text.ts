/** Names and values in quotes, and labels in braces. */
import type { Label } from '../../model/series.ts';
import { NAME_LABEL } from '../../model/series.ts';
import { textOf } from '../labels.ts';
import { BadLine, BYTE, type Scan } from './scan.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\\\': '\\', '\\"': '"' };

/** `\n`, `\\` and `\"`; a backslash before anything else is a backslash. */
export const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\[n\\"]/g, (escape) => ESCAPES[escape] as string) : text;

export function textBetween(scan: Scan, start: number, end: number): string {
  const text = textOf(scan.bytes, start, end);
  if (text === undefined) throw new BadLine('expected UTF-8');
  return text;
}

/** What is between the quotes at which it stands. */
export function readQuoted(scan: Scan): string {
  const start = scan.at + 1;
  scan.skipQuoted();
  return unescaped(textBetween(scan, start, scan.at - 1));
}

/** A bare name; `of` is what it names. */
export function readName(scan: Scan, of: string): string {
  const start = scan.at;
  scan.skipName();
  const name = textBetween(scan, start, scan.at);
  if (name === '' || /^\d/.test(name)) throw new BadLine(`expected the name of a ${of}`);
  return name;
}

/** Bare or, as UTF-8, in quotes. */
export const readAnyName = (scan: Scan, of: string): string =>
  scan.peek() === BYTE.quote ? readQuoted(scan) : readName(scan, of);

/** `name{label="value",…}`, or `{"name",label="value",…}`, from where it stands. */
export function readSeries(scan: Scan): Label[] {
  const labels: Label[] = [];
  if (scan.peek() !== BYTE.open) {
    labels.push([NAME_LABEL, readName(scan, 'metric')]);
    scan.skipBlanks();
  }
  if (scan.peek() === BYTE.open) readBraces(scan, labels);
  return labels;
}

/** From `{` to behind `}`. A text in quotes that has no value is the metric's name. */
export function readBraces(scan: Scan, labels: Label[]): void {
  scan.at++;
  for (;;) {
    scan.skipBlanks();
    if (scan.peek() === BYTE.close) break;
    const isQuoted = scan.peek() === BYTE.quote;
    const name = readAnyName(scan, 'label');
    scan.skipBlanks();
    if (scan.peek() === BYTE.equals) {
      scan.at++;
      scan.skipBlanks();
      if (scan.peek() !== BYTE.quote) throw new BadLine('expected a value in quotes behind =');
      labels.push([name, readQuoted(scan)]);
    } else if (isQuoted) labels.push([NAME_LABEL, name]);
    else throw new BadLine('expected = behind the name of a label');
    scan.skipBlanks();
    if (scan.peek() === BYTE.comma) scan.at++;
    else if (scan.peek() !== BYTE.close) throw new BadLine('expected , or } behind a label');
  }
  scan.at++;
}
