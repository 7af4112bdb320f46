/** Actions: what people did to the mill, the newest first, with who, why and what came of it. */
import { z } from 'zod';
import { Action } from '../model/action.ts';
import type { Actions } from '../ports/actions.ts';

/** Of one answer. */
export const MOST_ACTIONS = 1_000;

export const ActionsAnswer = z.object({ actions: z.array(Action) });
export type ActionsAnswer = z.infer<typeof ActionsAnswer>;

export const actionsAnswer = async (
  { limit }: { readonly limit: number },
  { actions }: { readonly actions: Pick<Actions, 'newest'> },
): Promise<ActionsAnswer> => ({ actions: await actions.newest(limit) });
