/** Cells without their results, for people: `explain` and `results` show how they were made. */
import type { Firestore } from '@google-cloud/firestore';
import { ArtifactSummary } from '../../mill/model/artifact.ts';
import { CellError } from '../../mill/model/cell.ts';
import type { Cells, StoredCell } from '../../mill/ports/cells.ts';
import { recordIn, vectorIn } from './cell-document.ts';
import { placePath, resultDays } from './paths.ts';

const SUMMARY_FIELDS = [
  'status',
  'vector',
  'record',
  'error',
  'artifact.hash',
  'artifact.keyed',
  'artifact.count',
  'artifact.rawBytes',
];

export function firestoreCells(db: Firestore): Cells {
  const made = (computation: string) => db.collection(resultDays(computation)).where('status', '==', 'COMPLETED');
  return {
    countMade: async (computation) => (await made(computation).count().get()).data().count,
    daysMade: async (computation) => (await made(computation).select().get()).docs.map(({ id }) => id),
    async read(cells) {
      if (cells.length === 0) return [];
      const refs = cells.map((cell) => db.doc(placePath({ kind: 'cell', ...cell })));
      const snapshots = await db.getAll(...refs, { fieldMask: SUMMARY_FIELDS });
      return snapshots.map((snapshot, index): StoredCell | undefined => {
        const cell = cells[index];
        if (!snapshot.exists || cell === undefined) return undefined;
        const summary = ArtifactSummary.safeParse(snapshot.get('artifact'));
        const error = CellError.safeParse(snapshot.get('error'));
        const status = String(snapshot.get('status'));
        return {
          computation: cell.computation,
          date: cell.date,
          status: status === 'COMPLETED' || status === 'FAILED' ? status : 'IMPOSSIBLE',
          vector: vectorIn(snapshot),
          summary: summary.success ? summary.data : undefined,
          error: error.success ? error.data : undefined,
          record: recordIn(snapshot),
        };
      });
    },
  };
}
