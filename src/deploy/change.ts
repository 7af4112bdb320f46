/** What lies between what is wanted and what is there, resource by resource. */
import type { Body, FieldChange, KindName, Resource } from './resource.ts';

export type Change =
  | { readonly action: 'create'; readonly resource: Resource }
  | {
      readonly action: 'update';
      readonly resource: Resource;
      readonly fields: readonly FieldChange[];
      readonly live: Body;
    }
  | { readonly action: 'keep'; readonly resource: Resource }
  /** Bears our label, and is wanted no more. */
  | { readonly action: 'remove'; readonly kind: KindName; readonly name: string };

/** As if nothing were there: the whole of a deployment, for who has no account at hand. */
export const allNew = (resources: readonly Resource[]): Change[] =>
  resources.map((resource) => ({ action: 'create', resource }));

export const kindOf = (change: Change): KindName => ('resource' in change ? change.resource.kind : change.kind);
export const nameOf = (change: Change): string => ('resource' in change ? change.resource.name : change.name);
