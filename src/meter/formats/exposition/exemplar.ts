/** `# {trace_id="…"} 0.3 1700000000.123`, behind a sample of OpenMetrics. */
import type { Exemplar } from '../../model/samples.ts';
import type { Label } from '../../model/series.ts';
import type { Dialect } from './dialect.ts';
import { MAX_EXEMPLAR_CHARACTERS } from './limits.ts';
import { readNumber, readTime } from './number.ts';
import { BadLine, BYTE, type Scan } from './scan.ts';
import { readBraces } from './text.ts';

/** From where its `#` stands. @throws {BadLine} when it is none; the sample before it was kept. */
export function readExemplar(scan: Scan, dialect: Dialect): Omit<Exemplar, 'sample' | 'series'> {
  const bad = (what: string): BadLine => new BadLine(`expected ${what} of the exemplar; the sample was kept`);
  scan.at++;
  scan.skipBlanks();
  if (scan.peek() !== BYTE.open) throw bad('the labels');
  const labels: Label[] = [];
  readBraces(scan, labels);
  const characters = labels.reduce((sum, [name, value]) => sum + Array.from(name + value).length, 0);
  if (characters > MAX_EXEMPLAR_CHARACTERS) throw bad(`at most ${MAX_EXEMPLAR_CHARACTERS} characters in the labels`);
  if (new Set(labels.map(([name]) => name)).size < labels.length) throw bad('different labels');
  scan.skipBlanks();
  const start = scan.at;
  scan.skipWord();
  const value = readNumber(scan.bytes, start, scan.at, dialect);
  if (value === undefined) throw bad('the value');
  const exemplar = { labels, value: Number(value), ...originOf(value, 0) };
  scan.skipBlanks();
  if (scan.at === scan.end) return exemplar;
  const timeStart = scan.at;
  scan.skipWord();
  const time = readTime(scan.bytes, timeStart, scan.at, dialect);
  if (time === undefined || scan.at < scan.end) throw bad('a timestamp, and nothing more,');
  return { ...exemplar, timestampMs: time.ms, ...originOf(value, time.nanos) };
}

function originOf(value: number | bigint, nanos: number): Pick<Exemplar, 'origin'> {
  const more = {
    ...(typeof value === 'bigint' ? { intValue: value.toString() } : {}),
    ...(nanos === 0 ? {} : { nanos }),
  };
  return Object.keys(more).length === 0 ? {} : { origin: JSON.stringify(more) };
}
