/** Whoever opens a body bounds it; a reader bounds what it takes, too. */
import { UserError } from '../../errors.ts';

/** @throws {UserError} when there are more bytes than a format's reader takes. */
export function checkBodySize({ length }: Uint8Array, most: number): void {
  if (length > most)
    throw new UserError(
      'BAD_ARGUMENT',
      `the body has ${length} bytes before compression; send at most ${most} at once`,
    );
}
