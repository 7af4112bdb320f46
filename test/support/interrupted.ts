/** Deployments that are stopped at one of their calls, as by a power cut, and then done again. */
import { expect } from 'vitest';
import type { Change } from '../../src/deploy/change.ts';
import { deploy, due, look } from './deploying.ts';
import { type GoogleAdmin, googleAdmin, isChange } from './google-admin.ts';

/** A whole deployment to an empty project. */
export async function whole(): Promise<GoogleAdmin> {
  const google = googleAdmin();
  await deploy(google);
  return google;
}

/** Stopped at the change with this number, from 1, before or after Google has carried it out, and done again: what is there then, and what would still change. */
export async function resumed(
  stop: number,
  isCarriedOut: boolean,
): Promise<{ readonly names: readonly string[]; readonly due: readonly Change[] }> {
  const google = googleAdmin();
  const stopped = { ...google, request: killedAt(stop, isCarriedOut, google) };
  await expect(deploy(stopped), `stopped at change ${stop}`).rejects.toThrow('killed');
  await deploy(google);
  return { names: namesIn(google), due: due(await look(google)) };
}

/** But for names that Google gives, and rulesets, of which one may be left that nothing releases. */
export const namesIn = ({ world: { resources } }: GoogleAdmin): string[] =>
  [...resources.keys()]
    .filter((name) => !name.includes('/rulesets/'))
    .map((name) => name.replace(/\/(indexes|alertPolicies|notificationChannels|budgets)\/[^/]+$/, '/$1/ID'))
    .sort();

/** Ends at the change with this number, before or after Google has carried it out. */
function killedAt(stop: number, isCarriedOut: boolean, google: GoogleAdmin): GoogleAdmin['request'] {
  return async (method, url, body) => {
    if (google.changes.length >= stop) throw new Error('killed');
    if (isCarriedOut || google.changes.length < stop - 1) {
      const answer = await google.request(method, url, body);
      if (google.changes.length >= stop) throw new Error('killed');
      return answer;
    }
    if (isChange(method, new URL(url).pathname)) throw new Error('killed');
    return google.request(method, url, body);
  };
}
