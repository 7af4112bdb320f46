/** Where commands write: text for people, or JSON for programs; progress on a terminal, plain lines in a pipe. */

export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Output {
  readonly json: boolean;
  /** A line for people; silent with --json. */
  line(text?: string): void;
  /** The command's answer, as one line of JSON; only with --json. */
  data(value: unknown): void;
  /** A line about trouble, on standard error, always. */
  trouble(text: string): void;
  /** How far the phase at hand is. On a terminal it is drawn over what was there; in a pipe it is a line now and then. */
  progress(label: string, done: number, total: number): void;
  /** The phase is over: the bar gives way to one line that says so. */
  progressEnd(text?: string): void;
}

const BAR_WIDTH = 30;

/** A bar is drawn no more often than eyes see. */
const DRAW_EVERY_MS = 50;

/** A pipe hears of a phase that takes longer than this, and so often. */
const PIPE_EVERY_MS = 10_000;

export function openOutput(
  stdout: Stream,
  stderr: Stream,
  json: boolean,
  now: () => number = () => performance.now(),
): Output {
  let drawn = '';
  let startedMs: number | undefined;
  let saidMs = 0;
  let drawnMs = 0;
  const clear = (): void => {
    if (drawn !== '') stdout.write('\r\u001B[K');
  };
  const line = (text: string): void => {
    clear();
    stdout.write(`${text}\n`);
    if (drawn !== '') stdout.write(drawn);
  };
  return {
    json,
    line(text = '') {
      if (!json) line(text);
    },
    data(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    trouble(text) {
      clear();
      stderr.write(`${text}\n`);
      if (drawn !== '') stdout.write(drawn);
    },
    progress(label, done, total) {
      if (json) return;
      if (startedMs === undefined) startedMs = saidMs = now();
      if (stdout.isTTY === true) {
        if (drawn !== '' && now() - drawnMs < DRAW_EVERY_MS) return;
        drawnMs = now();
        clear();
        drawn = bar(label, done, total, now() - startedMs).slice(0, (stdout.columns ?? 80) - 1);
        stdout.write(drawn);
      } else if (now() - saidMs >= PIPE_EVERY_MS) {
        saidMs = now();
        stdout.write(`${label}  ${done} of ${total}\n`);
      }
    },
    progressEnd(text) {
      clear();
      drawn = '';
      if (startedMs !== undefined && text !== undefined && !json) line(`${text} in ${seconds(now() - startedMs)}`);
      startedMs = undefined;
    },
  };
}

function bar(label: string, done: number, total: number, elapsedMs: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH));
  return `${label}  ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done}/${total}  ${seconds(elapsedMs)}`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
