/** A computation's needs as data. */
import type { Computation } from '../model/computation.ts';
import type { ManifestNeed } from '../model/manifest.ts';

/** In the author's order; every need must have been checked (`checkDefinitions`). */
export const manifestNeedsOf = (computation: Computation): ManifestNeed[] =>
  Object.entries(computation.needs).map(([key, need]): ManifestNeed => {
    switch (need.kind) {
      case 'previous':
        return { kind: 'previous', key };
      case 'own-history':
        return { kind: 'own-history', key, days: need.days };
      case 'history': {
        const source = need.of.kind === 'computation' ? 'computation' : 'document';
        return { kind: 'history', key, of: need.of.name, source, days: need.days };
      }
      default:
        return { kind: need.kind, key, of: need.of.name };
    }
  });
