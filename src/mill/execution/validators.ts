/** Checks what a computation returned before anything of it becomes visible. */
import { z } from 'zod';
import { TerminalError } from '../../errors.ts';
import { type Computation, isKeyed } from '../model/computation.ts';
import { lostMember } from '../model/lost-member.ts';
import { checkQuality } from './quality.ts';

/** @throws {TerminalError} OUTPUT_INVALID, naming the path and what was expected there; FLAT_LINE, NULL_DENSITY */
export function checkOutput(computation: Computation, value: unknown): unknown {
  const lost = lostMember(computation.output, value);
  if (lost !== undefined) throw new TerminalError('OUTPUT_INVALID', `${computation.name} returned ${cannotKeep(lost)}`);
  const checked = computation.output.safeParse(value);
  if (!checked.success) throw invalid(computation, checked.error);
  checkQuality(computation, checked.data);
  return checked.data;
}

/** One entity's value of a keyed output. @throws {Error} which counts as the entity's failure. */
export function checkValue(computation: Computation, id: string, value: unknown): unknown {
  if (!isKeyed(computation.output)) throw new Error(`${computation.name} is not keyed`);
  const key = z.safeParse(computation.output.keyType, id);
  if (!key.success) throw new Error(`"${id}" is no key of the output schema: ${firstIssue(key.error)}`);
  const lost = lostMember(computation.output.valueType, value);
  if (lost !== undefined) throw new Error(`the value of "${id}" has ${cannotKeep(lost)}`);
  const checked = z.safeParse(computation.output.valueType, value);
  if (checked.success) return checked.data;
  throw new Error(`the value of "${id}" does not fit the output schema: ${firstIssue(checked.error)}`);
}

const cannotKeep = (path: string): string =>
  `a member called "${path}", which schemas leave out of records; give it another name`;

const invalid = (computation: Computation, error: z.core.$ZodError): TerminalError =>
  new TerminalError(
    'OUTPUT_INVALID',
    `${computation.name} returned what its output schema does not take: ${firstIssue(error)}`,
  );

function firstIssue(error: z.core.$ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'no details';
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${issue.path.length > 0 ? `at ${issue.path.join('.')}: ` : ''}${issue.message}${more}`;
}
