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
  /** Shows how far something is. On a terminal it is drawn over the last one; in a pipe each tenth is a line. */
  progress(label: string, done: number, total: number): void;
  /** Ends the progress line, so that other lines can follow. */
  progressDone(): void;
}

const BAR_WIDTH = 30;

export function openOutput(stdout: Stream, stderr: Stream, json: boolean): Output {
  let drawn = '';
  let lastTenth = -1;
  const clear = (): void => {
    if (drawn !== '') stdout.write(`\r${' '.repeat(drawn.length)}\r`);
  };
  return {
    json,
    line(text = '') {
      if (json) return;
      clear();
      stdout.write(`${text}\n`);
      if (drawn !== '') stdout.write(drawn);
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
      const share = total === 0 ? 1 : done / total;
      if (stdout.isTTY === true) {
        clear();
        const filled = Math.round(share * BAR_WIDTH);
        drawn = `${label} ${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done}/${total}`.slice(
          0,
          (stdout.columns ?? 80) - 1,
        );
        stdout.write(drawn);
        return;
      }
      const tenth = Math.floor(share * 10);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      stdout.write(`${label} ${done}/${total}\n`);
    },
    progressDone() {
      clear();
      drawn = '';
      lastTenth = -1;
    },
  };
}
