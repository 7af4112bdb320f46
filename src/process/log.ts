/** Structured logs in Cloud Logging's shape: severity, message, and our fields beside them. */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Log } from './ports.ts';

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITIES: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

const nothing = (): void => {};
const SILENT: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Until a pipe that is full is tried again. Whoever reads it needs a moment; pino's own destination sleeps 100 ms each time. */
const FULL_PIPE_MS = 1;

const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Answers once all of it is written. What nobody reads any more is dropped. */
function writeAtOnce(line: string): void {
  let rest: Uint8Array = Buffer.from(line);
  while (rest.byteLength > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw thrown;
      Atomics.wait(pause, 0, 0, FULL_PIPE_MS);
    }
  }
}

const STDOUT = 1;

/** Lines go to standard output at once, so that a killed process has said all that it knew. */
export function openLog(level: string, fields: Record<string, unknown>): Log {
  if (level === 'silent') return SILENT;
  // Loaded by who says something: commands do not.
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino');
  return pino(
    {
      level,
      base: fields,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }) },
    },
    { write: writeAtOnce },
  );
}
