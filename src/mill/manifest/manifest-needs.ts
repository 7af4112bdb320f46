/** A computation's needs as data. */
import type { Computation } from '../model/computation.ts';
import type { ManifestNeed } from '../model/manifest.ts';
import type { HistoryNeed } from '../model/need.ts';

/** In the author's order; every need must have been checked (`checkDefinitions`). */
export const manifestNeedsOf = (computation: Computation): ManifestNeed[] =>
  Object.entries(computation.needs).flatMap(([key, need]): ManifestNeed[] => {
    switch (need.kind) {
      case 'previous':
        return need.seed === undefined
          ? [{ kind: 'previous', key }]
          : [
              { kind: 'previous', key },
              { ...historyNeed(key, need.seed), seed: true },
            ];
      case 'own-history':
        return [{ kind: 'own-history', key, days: need.days }];
      case 'history':
        return [historyNeed(key, need)];
      case 'dataset': {
        const of = need.of.name;
        // To planning the day before is a history of one day: it may be missing, and changes what is made from it.
        const before = { kind: 'history', key: `${key}, the day before`, of, source: 'document', days: 1 } as const;
        return need.dayBefore ? [{ kind: 'dataset', key, of }, before] : [{ kind: 'dataset', key, of }];
      }
      case 'joined':
        // To planning a result is a dependency, however it is read.
        return need.of.kind === 'computation'
          ? [{ kind: 'dependency', key, of: need.of.name, streamed: true }]
          : [{ kind: 'joined', key, of: need.of.name }];
      default:
        return [{ kind: need.kind, key, of: need.of.name }];
    }
  });

const historyNeed = (key: string, { of, days }: HistoryNeed) =>
  ({
    kind: 'history',
    key,
    of: of.name,
    source: of.kind === 'computation' ? 'computation' : 'document',
    days,
  }) as const;
