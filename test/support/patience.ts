/** How long tests wait for what must come: longer than anything takes on a slow and busy machine, shorter than a test's own limit. */
export const PATIENCE_MS = 400_000;
