/** What a deployment consists of, as data: the same words for what is wanted, what is there, and what lies between. */

export type Body = Readonly<Record<string, unknown>>;

export const KIND_NAMES = [
  'api',
  'account',
  'bucket',
  'repository',
  'database',
  'index',
  'field',
  'rules',
  'topic',
  'image',
  'service',
  'subscription',
  'workflow',
  'job',
  'policy',
  'secret',
  'channel',
  'alert',
  'budget',
] as const;
export type KindName = (typeof KIND_NAMES)[number];

/** In the order of applying: all of a wave is there before the next begins. */
export const WAVES = [
  'apis',
  'accounts',
  'stores',
  'rights',
  'image',
  'workers',
  'functions',
  'callers',
  'deliveries',
  'workflow',
  'schedule',
  'watching',
] as const;
export type Wave = (typeof WAVES)[number];

export interface Resource {
  readonly kind: KindName;
  /** As its API names it: `projects/P/topics/T`. Of a policy, what it is the policy of. */
  readonly name: string;
  readonly wave: Wave;
  /** What it is for, in a few words for people. */
  readonly why: string;
  /** All that is set, and compared: what a server adds is not ours. */
  readonly body: Body;
  /** Set when it is made, and people's from then on: where a database lies, when a job runs. */
  readonly initial?: Body;
}

/** A field that is not as it is wanted; `path` has a dot for each step: `template.timeout`. */
export interface FieldChange {
  readonly path: string;
  readonly was: unknown;
  readonly will: unknown;
}

/** Who may do what with a resource. */
export interface Binding {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: { readonly title: string; readonly expression: string };
}

/** What stands where a fact is not known yet: the number of a project that nobody has looked at. */
export const UNKNOWN = '?';

/** Of everything that takes labels: what is ours, and whose. */
export const LABEL = 'daymill';

export const waveOrder = (wave: Wave): number => WAVES.indexOf(wave);

/** The last part of a resource's name. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
