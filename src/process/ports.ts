/** What code needs of the process that it runs in. */

/** The wall's time, in milliseconds since 1970: for what is written down, and compared with what others wrote. It may jump, and go back. */
export interface Clock {
  now(): number;
}

/** Beside it milliseconds since some moment, which never jump: for how long something takes within this process. */
export interface SteadyClock extends Clock {
  elapsed(): number;
}

/** Structured, in Cloud Logging's shape; `event` names what happened for programs. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
