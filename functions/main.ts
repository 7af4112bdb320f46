/** The package's entry for Cloud Functions: one source, and `--entry-point` chooses which of these is served. */
const MODULES: Readonly<Record<string, () => Promise<unknown>>> = {
  dispatch: () => import('./dispatch.ts'),
  index: () => import('./index-root-data.ts'),
  preflight: () => import('./preflight.ts'),
  reconcile: () => import('./reconcile.ts'),
  work: () => import('./work.ts'),
};

// Set by Cloud Run from the entry point: a cold start then loads what its function needs, and no other's.
const served = MODULES[process.env['FUNCTION_TARGET'] ?? ''];
await Promise.all((served === undefined ? Object.values(MODULES) : [served]).map((load) => load()));
