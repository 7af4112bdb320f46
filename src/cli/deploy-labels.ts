/** How the parts of a deployment are called in a terminal: short, and so that one knows them. */
import { type Change, kindOf, nameOf } from '../deploy/change.ts';
import { type KindName, shortName } from '../deploy/resource.ts';

export const MARKS: Readonly<Record<Change['action'], string>> = { create: '+', update: '~', keep: '=', remove: '-' };

/** Groups of a plan, in the order in which they are read. */
export const GROUPS: readonly { readonly title: string; readonly kinds: readonly KindName[] }[] = [
  { title: 'APIs', kinds: ['api'] },
  { title: 'Accounts', kinds: ['account'] },
  { title: 'Stores', kinds: ['bucket', 'repository', 'database', 'secret'] },
  { title: 'Indexes, exemptions, expiry, rules', kinds: ['index', 'field', 'rules'] },
  { title: 'Messages', kinds: ['topic', 'subscription'] },
  { title: 'Functions', kinds: ['image', 'service'] },
  { title: 'The night', kinds: ['workflow', 'job'] },
  { title: 'Alerts, budget', kinds: ['channel', 'alert', 'budget'] },
];

/** Enough of a hash to tell two apart by eye. */
const SHORT_TAG = /:(.{12}).*/;

export function labelOf(change: Change): string {
  const [kind, name] = [kindOf(change), nameOf(change)];
  const short = shortName(name);
  const [, group = '', field = ''] = /collectionGroups\/([^/]+)\/(?:indexes|fields)\/(.*)$/.exec(name) ?? [];
  switch (kind) {
    case 'api':
      return short.replace('.googleapis.com', '');
    case 'account':
      return short.replace(/@.*/, '');
    case 'rules':
      return `rules of ${short}`;
    case 'index':
      return `index of ${group}`;
    case 'field':
      return `${group}.${field}`;
    case 'image':
      return `image ${short.replace(SHORT_TAG, ':$1')}`;
    case 'service':
      return short;
    case 'policy':
      return `rights on ${targetOf(name)}`;
    case 'bucket':
    case 'repository':
    case 'database':
    case 'topic':
    case 'subscription':
    case 'workflow':
    case 'job':
    case 'secret':
    case 'channel':
    case 'alert':
    case 'budget':
      return `${kind} ${short}`;
  }
}

/** What a policy is of: `topic daymill-computation-tasks`, `the project`. */
export function targetOf(name: string): string {
  const [, collection, id] = /([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (collection === undefined || id === undefined) return `bucket ${name}`;
  if (collection === 'projects') return 'the project';
  if (name.includes('/iap_web/')) return `the page ${id}`;
  if (collection === 'serviceAccounts') return id.replace(/@.*/, '');
  return `${{ repositories: 'repository', databases: 'database' }[collection] ?? collection.replace(/s$/, '')} ${id}`;
}
