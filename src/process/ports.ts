/** What code needs of the process that it runs in. */

export interface Clock {
  now(): number;
}

/** Structured, in Cloud Logging's shape; `event` names what happened for programs. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
