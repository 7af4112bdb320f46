/** Small numbers that are much alike: a run's length, and what is repeated, until all are said. */
import { damaged, type Reader, type Writer } from '../model/bytes.ts';

export function writeRuns(writer: Writer, count: number, valueAt: (at: number) => number): void {
  for (let at = 0; at < count;) {
    const value = valueAt(at);
    let run = 1;
    while (at + run < count && valueAt(at + run) === value) run++;
    writer.varint(run);
    writer.varint(value);
    at += run;
  }
}

export function readRuns(reader: Reader, count: number): Uint32Array {
  const values = new Uint32Array(count);
  for (let at = 0; at < count;) {
    const run = reader.varint();
    if (run === 0 || at + run > count) throw damaged('a run is too long');
    values.fill(reader.varint(), at, at + run);
    at += run;
  }
  return values;
}
