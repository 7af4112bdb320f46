/** Bytes of a stored cell, its keys aside: of its texts as JSON, and of its result. */
export function bytesOf(cell: {
  readonly status: unknown;
  readonly generation: unknown;
  readonly vector: unknown;
  readonly record: unknown;
  /** Without its result. */
  readonly artifact: unknown;
  readonly data: Uint8Array;
}): number;
