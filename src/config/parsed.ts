/** Reads a value by its schema, and says in words what does not fit. */
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';

/** `what` is where the value stands: a file, the environment. @throws {UserError} BAD_ARGUMENT */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [what, ...(issue?.path ?? [])].join('.');
  const message = issue?.code === 'unrecognized_keys' ? unknownKey(schema, issue) : `${issue?.message}.`;
  throw new UserError('BAD_ARGUMENT', `${where}: ${message} Correct it and try again.`);
}

function unknownKey(schema: z.ZodType, { path, keys: [key = ''] }: z.core.$ZodIssueUnrecognizedKeys): string {
  const known = membersAt(schema, path);
  const meant = didYouMean(key, known);
  const advice = meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `nothing is called ${key} here; ${advice}${meant === undefined ? '.' : ''}`;
}

function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of [undefined, ...path]) {
    if (at instanceof z.ZodObject && key !== undefined) at = at.shape[String(key)];
    while (at instanceof z.ZodDefault || at instanceof z.ZodOptional) at = at.unwrap();
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}
