/** Where the next page begins: after what was shown last, so that what is added meanwhile shifts nothing. */
import { UserError } from '../../errors.ts';
import { hashOf } from '../../values/hash.ts';
import type { Organization } from '../model/organization.ts';

export interface CursorOf {
  readonly organization: Organization;
  /** All that the question consists of, but for the page. */
  readonly question: unknown;
}

/** Of an answer and of its question alone. */
export const cursorAfter = (of: CursorOf, position: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([fingerprint(of), ...position])).toString('base64url');

/** @throws {UserError} BAD_ARGUMENT for one of another question, or of another organization, or for what is none */
export function positionIn(cursor: string, of: CursorOf): readonly (string | number)[] {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    content = undefined;
  }
  if (Array.isArray(content) && content[0] === fingerprint(of) && content.slice(1).every(isPlain))
    return content.slice(1) as (string | number)[];
  throw new UserError(
    'BAD_ARGUMENT',
    'The cursor is none of this question. Send the one that its last page gave, with the same parameters, or none.',
  );
}

const isPlain = (one: unknown): boolean => typeof one === 'string' || (typeof one === 'number' && Number.isFinite(one));

const fingerprint = ({ organization, question }: CursorOf): string => hashOf(JSON.stringify([organization, question]));
