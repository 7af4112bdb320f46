/** Actions: POST with a reason, as the API wants them. */
import { refreshAll } from './answer.ts';
import { ofOrganization } from './organization.ts';
import { type Problem, problemOf, UNREACHABLE } from './problem.ts';

export type Acted<T> = { readonly done: T } | { readonly problem: Problem };

/** What an action answers, or why it was not done. Everything shown is asked for again after it. */
export async function act<T>(url: string, body: Readonly<Record<string, unknown>>): Promise<Acted<T>> {
  try {
    const response = await fetch(ofOrganization(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) return { problem: await problemOf(response) };
    const done = (response.status === 204 ? undefined : await response.json()) as T;
    refreshAll();
    return { done };
  } catch {
    return { problem: UNREACHABLE };
  }
}
