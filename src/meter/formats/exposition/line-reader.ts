/** The lines of a body, one after the other. A series is found by its text; only one that is not known is taken apart. */
import { Samples } from '../../model/samples.ts';
import type { Label } from '../../model/series.ts';
import type { Refusal, SeriesResolver } from '../../model/series-resolver.ts';
import { itemOf } from '../json/write.ts';
import { isRefusal, seriesOf } from '../labels.ts';
import { Rejections } from '../rejections.ts';
import { timestampRefusal } from '../timestamps.ts';
import { Created } from './created.ts';
import type { Dialect } from './dialect.ts';
import { readExemplar } from './exemplar.ts';
import { checkSample, Families, hasCreated, mayHaveExemplar } from './families.ts';
import { MAX_LINE_BYTES } from './limits.ts';
import { readNumber, readTime, type Time } from './number.ts';
import { BadLine, BYTE, Scan } from './scan.ts';
import { readSeries } from './text.ts';

/** A line of a sample, taken apart but for its labels. */
interface Line {
  /** From 0. */
  readonly number: number;
  readonly start: number;
  /** Behind its labels. */
  readonly seriesEnd: number;
  readonly value: number | bigint;
  readonly time: Time;
  readonly ending: string | undefined;
}

export class LineReader {
  readonly rejections = new Rejections();
  readonly families: Families;
  kept = 0;
  readonly #scan: Scan;
  readonly #resolver: SeriesResolver;
  readonly #into: Samples;
  readonly #dialect: Dialect;
  readonly #now: Time;
  /** Only where the body has the word. */
  readonly #created: Created | undefined;
  readonly #createdLines = new Map<number, Line>();
  #line = 0;

  constructor(body: Uint8Array, resolver: SeriesResolver, into: Samples, dialect: Dialect, nowMs: number) {
    this.#scan = new Scan(body);
    this.#resolver = resolver;
    this.#into = into;
    this.#dialect = dialect;
    this.#now = { ms: nowMs, nanos: 0 };
    this.families = new Families(dialect);
    const speaksOfCreated =
      dialect.isStrict && Buffer.from(body.buffer, body.byteOffset, body.length).includes('_created');
    this.#created = speaksOfCreated ? new Created(into) : undefined;
  }

  readAll(): void {
    const { bytes } = this.#scan;
    let hasEnded = false;
    for (let start = 0; start < bytes.length; this.#line++) {
      const newline = bytes.indexOf(BYTE.newline, start);
      const end = newline < 0 ? bytes.length : newline;
      try {
        if (end - start > MAX_LINE_BYTES) throw new BadLine(`expected a line of ${MAX_LINE_BYTES} bytes at most`);
        if (hasEnded) throw new BadLine('expected nothing behind # EOF');
        hasEnded = this.#readLine(start, bytes[end - 1] === BYTE.carriageReturn ? Math.max(start, end - 1) : end);
      } catch (thrown) {
        if (!(thrown instanceof BadLine)) throw thrown;
        this.rejections.add(this.#line, { code: 'MALFORMED', reason: `line ${this.#line + 1}: ${thrown.message}` });
      }
      start = end + 1;
    }
    this.#endFamily();
  }

  /** True when it says that the body ends here. */
  #readLine(start: number, end: number): boolean {
    const scan = this.#scan;
    scan.at = start;
    scan.end = end;
    scan.skipBlanks();
    if (scan.at === end) return false;
    if (scan.peek() !== BYTE.hash) {
      this.#keep(this.#readSample());
      return false;
    }
    scan.at++;
    const before = this.families.current;
    const isEnd = this.families.readComment(scan);
    if (this.families.current !== before) this.#endFamily();
    return isEnd;
  }

  #readSample(): Line {
    const scan = this.#scan;
    const start = scan.at;
    scan.skipName();
    const nameEnd = scan.at;
    let seriesEnd = nameEnd;
    scan.skipBlanks();
    if (scan.peek() === BYTE.open) {
      scan.skipBraces();
      seriesEnd = scan.at;
      scan.skipBlanks();
    }
    if (seriesEnd === start) throw new BadLine('expected the name of a metric, or a comment that begins with #');
    const value = this.#readValue();
    const ending = this.#dialect.isStrict ? this.families.endingOf(scan, start, nameEnd) : undefined;
    return { number: this.#line, start, seriesEnd, value, time: this.#readTime(), ending };
  }

  #readValue(): number | bigint {
    const scan = this.#scan;
    const start = scan.at;
    scan.skipWord();
    const value = readNumber(scan.bytes, start, scan.at, this.#dialect);
    if (value === undefined) throw new BadLine('expected a number, NaN, +Inf or -Inf behind the series');
    return value;
  }

  /** What is behind the value: nothing, a time, the beginning of an exemplar. */
  #readTime(): Time {
    const scan = this.#scan;
    scan.skipBlanks();
    if (scan.at === scan.end || this.#isExemplar()) return this.#now;
    const start = scan.at;
    scan.skipWord();
    const time = readTime(scan.bytes, start, scan.at, this.#dialect);
    const unit = this.#dialect.timestampDigits === 0 ? 'milliseconds' : 'seconds';
    if (time === undefined) throw new BadLine(`expected a timestamp in ${unit} behind the value`);
    scan.skipBlanks();
    if (scan.at < scan.end && !this.#isExemplar()) throw new BadLine('expected nothing behind the timestamp');
    return time;
  }

  #isExemplar(): boolean {
    return this.#scan.peek() === BYTE.hash && this.#dialect.isStrict;
  }

  #keep(line: Line): void {
    const scan = this.#scan;
    const type = this.families.current?.type;
    const behind = scan.at;
    const known = this.#resolver.find(scan.bytes, line.start, line.seriesEnd);
    const labels = known < 0 || this.#created !== undefined ? this.#labelsOf(line) : undefined;
    if (type !== undefined && line.ending !== undefined) checkSample(type, line.ending, labels, Number(line.value));
    if (line.ending === '_created' && labels !== undefined && this.#created !== undefined && hasCreated(type)) {
      this.#created.say(labels, Math.round(Number(line.value) * 1_000), this.#line);
      this.#createdLines.set(this.#line, line);
      return;
    }
    this.#push(line, known < 0 ? this.#add(line, labels ?? []) : known, labels, behind);
  }

  #push(line: Line, series: number | Refusal, labels: readonly Label[] | undefined, behind: number): void {
    const refusal = typeof series === 'number' ? timestampRefusal(line.time.ms) : series;
    if (typeof series !== 'number' || refusal !== undefined) {
      this.#reject(line, refusal as Refusal);
      return;
    }
    pushValue(this.#into, series, line);
    this.kept++;
    if (labels !== undefined && line.ending !== undefined) this.#created?.sample(labels, this.#into.length - 1);
    this.#scan.at = behind;
    if (behind < this.#scan.end) this.#readExemplar(line);
  }

  #add(line: Line, labels: readonly Label[]): number | Refusal {
    const series = seriesOf(labels);
    return isRefusal(series) ? series : this.#resolver.add(this.#scan.bytes, line.start, line.seriesEnd, series);
  }

  #labelsOf({ start, seriesEnd }: Line): Label[] {
    const scan = this.#scan;
    const { end } = scan;
    scan.at = start;
    scan.end = seriesEnd;
    const labels = readSeries(scan);
    scan.end = end;
    if (scan.at !== seriesEnd) throw new BadLine('expected labels to end with the brace that is outside of quotes');
    return labels;
  }

  /** The sample is kept whatever its exemplar is. */
  #readExemplar({ ending }: Line): void {
    if (!mayHaveExemplar(this.families.current?.type, ending))
      throw new BadLine('expected an exemplar with a counter or a bucket only; the sample was kept');
    this.#into.addExemplar(readExemplar(this.#scan, this.#dialect));
  }

  #endFamily(): void {
    for (const number of this.#created?.finish() ?? []) {
      const line = this.#createdLines.get(number);
      if (line === undefined) continue;
      const labels = this.#labelsOf(line);
      this.#scan.end = line.seriesEnd;
      this.#push({ ...line, ending: undefined }, this.#add(line, labels), undefined, line.seriesEnd);
    }
    this.#createdLines.clear();
  }

  #reject(line: Line, refusal: Refusal): void {
    const item = (): unknown => {
      const series = seriesOf(this.#labelsOf(line));
      if (isRefusal(series)) return undefined;
      const alone = new Samples();
      pushValue(alone, 0, line);
      return itemOf(series, alone, 0);
    };
    const { code, reason } = refusal;
    const where = { code, reason: `line ${line.number + 1}: ${reason}` };
    this.rejections.add(line.number, where, item, line.seriesEnd - line.start);
  }
}

function pushValue(into: Samples, series: number, { value, time }: Line): void {
  if (typeof value === 'bigint') into.pushInt64(series, time.ms, value);
  else into.pushDouble(series, time.ms, value);
  into.setNanos(time.nanos);
}
