/** The package's entry for Cloud Functions: one source, and `--entry-point` chooses which of these, or of the project's own, is served. */
import type { OwnListener } from '../src/http/collect-listener.ts';
import { putInFront } from '../src/http/front.ts';
import { loadOwnFunctions } from '../src/http/own-functions.ts';
import { withoutDomains } from '../src/http/without-domains.ts';

const MODULES: Readonly<Record<string, () => Promise<object>>> = {
  collect: () => import('./collect.ts'),
  dispatch: () => import('./dispatch.ts'),
  index: () => import('./index-root-data.ts'),
  preflight: () => import('./preflight.ts'),
  reconcile: () => import('./reconcile.ts'),
  view: () => import('./view.ts'),
  work: () => import('./work.ts'),
};

// Set by Cloud Run from the entry point: a cold start then loads what its function needs, and no other's.
const target = process.env['FUNCTION_TARGET'];
const served = MODULES[target ?? ''];
if (served !== undefined) {
  withoutDomains();
  const module = await served();
  if ('own' in module) putInFront({ receives: 'own', ...(module.own as OwnListener) });
  else {
    const { ports } = await import('../src/http/process.ts');
    putInFront({ receives: target === 'work' ? 'events' : 'requests', log: () => ports().log });
  }
} else if (target !== undefined) await loadOwnFunctions(process.env);
else await Promise.all([...Object.values(MODULES).map((load) => load()), loadOwnFunctions(process.env)]);
