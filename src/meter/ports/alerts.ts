/** What was told to be wrong, and who is told. */
export interface AlertChange {
  readonly begun: readonly string[];
  readonly over: readonly string[];
}

export interface Alerts {
  /**
   * Keeps what is wrong now, by id, and answers what is new of it and what is no more. A change is sent to the webhook first, where there is one:
   * what could not be sent is sent the next time. @throws {RetryableError} UNAVAILABLE
   */
  exchange(current: ReadonlyMap<string, string>): Promise<AlertChange>;
}
