/** Structured logs in Cloud Logging's shape: severity, message, and our fields beside them. */
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
    pino.destination({ dest: 1, sync: true }),
  );
}
