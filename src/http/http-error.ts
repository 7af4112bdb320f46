/** An error that knows how it is answered over HTTP. */

/** One thing that is wrong with a request, and where. */
export interface FieldError {
  /** Keys and indices, joined by dots; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export interface HttpErrorDetails {
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
  readonly cause?: unknown;
}

/** The message is for who asks: it says what, where, and what to do next, and nothing of the inside. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** A stable name for programs, in capitals. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];

  constructor(status: number, code: string, message: string, details: HttpErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : {});
    this.status = status;
    this.code = code;
    this.headers = details.headers ?? {};
    this.errors = details.errors ?? [];
  }
}

/** The client went away: there is nobody to answer, and nothing is wrong here. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}
