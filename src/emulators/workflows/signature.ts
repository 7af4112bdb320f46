/** The parameters of subworkflows and functions, and what does not fit them. */
import type { Parameter, Program } from './program.ts';
import { STDLIB } from './stdlib/index.ts';

/** Undefined for a name that is neither; `main` cannot be called. */
export function parametersOf(program: Program, name: string): readonly Parameter[] | undefined {
  return (name === 'main' ? undefined : program.get(name)?.parameters) ?? STDLIB.get(name)?.parameters;
}

/** What is wrong with arguments given by name; `argument` is one that there is no parameter for. */
export function misfits(
  callee: string,
  parameters: readonly Parameter[],
  given: readonly string[],
): { argument?: string; message: string }[] {
  const unknown = given.filter((name) => !parameters.some((parameter) => parameter.name === name));
  const missing = parameters.filter(({ name, required }) => required && !given.includes(name));
  return [
    ...unknown.map((argument) => ({
      argument,
      message: `${callee} has no argument "${argument}" here; it takes ${describe(parameters)}`,
    })),
    ...missing.map(({ name }) => ({ message: `${callee} needs the argument "${name}"` })),
  ];
}

/** `(url, body?)` */
export const describe = (parameters: readonly Parameter[]): string =>
  `(${parameters.map(({ name, required }) => (required ? name : `${name}?`)).join(', ')})`;
