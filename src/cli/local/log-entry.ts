/** A line that a function printed, as the CLI understands it. */

export interface LogEntry {
  readonly severity: string;
  readonly message: string;
  /** The function that said it. */
  readonly source: string;
  /** Names what happened, for programs; absent for plain lines. */
  readonly event?: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Our own lines are JSON in Cloud Logging's shape; anything else is what a library printed. */
export function toLogEntry(line: string, source: string): LogEntry {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    if (typeof fields === 'object' && fields !== null) {
      return {
        severity: typeof fields['severity'] === 'string' ? fields['severity'] : 'DEFAULT',
        message: typeof fields['message'] === 'string' ? fields['message'] : line,
        source,
        ...(typeof fields['event'] === 'string' ? { event: fields['event'] } : {}),
        fields,
      };
    }
  } catch {
    // Not ours.
  }
  return { severity: 'DEFAULT', message: line, source, fields: {} };
}
