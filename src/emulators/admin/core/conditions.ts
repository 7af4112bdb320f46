/** Conditions of bindings, as far as deployments write them: https://cloud.google.com/iam/docs/conditions-overview */

const NAME_IS = /^resource\.name\s*==\s*"([^"]+)"$/;
const NAME_BEGINS = /^resource\.name\.startsWith\("([^"]+)"\)$/;

/** Of the resource with this full name. What is not understood grants nothing. */
export function holds(expression: string | undefined, on: string): boolean {
  if (expression === undefined || expression === '') return true;
  const name = on.replace(/^\/\/[^/]+\//, '');
  const exact = NAME_IS.exec(expression)?.[1];
  if (exact !== undefined) return name === exact;
  const beginning = NAME_BEGINS.exec(expression)?.[1];
  return beginning !== undefined && name.startsWith(beginning);
}
