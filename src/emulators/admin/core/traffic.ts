/** Whether what runs reaches what it calls: as its account, by the policies that hold now. */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from './json.ts';
import { accountName, assertMay, isKnown } from './policies.ts';
import type { World } from './world.ts';

/** One of Google's services, or a person's, that calls somebody with a token of an account. */
export interface Caller {
  /** Google's account that makes the token, as policies name it. */
  readonly agent: string;
  /** Whose token it is. */
  readonly email: string;
}

/** @throws {ApiError} PERMISSION_DENIED when the agent may not make tokens of the account, or there is no such account. */
export function assertToken(world: World, { agent, email }: Caller): void {
  if (!world.agents.has(agent)) throw new ApiError('PERMISSION_DENIED', `There is no ${agent}.`);
  if (!isKnown(world, email)) throw new ApiError('PERMISSION_DENIED', `Service account ${email} does not exist.`);
  assertMay(world, agent, 'iam.serviceAccounts.getOpenIdToken', accountName(world, email));
}

/** @throws {ApiError} what Cloud Run answers when it does not pass the request on. */
export function callService(world: World, email: string, url: string, audience: string, body: Json): void {
  const { origin } = new URL(url);
  const [, service] =
    [...world.resources].find(([name, { uri }]) => name.startsWith('//run.googleapis.com/') && uri === origin) ?? [];
  if (service === undefined) throw new ApiError('NOT_FOUND', `No service is at ${origin}.`);
  if (audience !== origin)
    throw new ApiError('UNAUTHENTICATED', `The token is for ${audience}, and not for ${origin}.`);
  const name = textAt(service, 'name');
  assertMay(world, `serviceAccount:${email}`, 'run.routes.invoke', `//run.googleapis.com/${name}`);
  if (service['latestReadyRevision'] === undefined)
    throw new ApiError('UNAVAILABLE', `${name} has no revision that serves.`);
  const status = world.serve({ service, body });
  if (status >= 300) throw new ApiError('UNAVAILABLE', `${name} answered ${status}.`);
}
