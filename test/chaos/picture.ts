/** All that a round left behind, as plain values that two rounds can be compared by. */
import type { Firestore } from '@google-cloud/firestore';
import type { Ports } from '../../src/compose.ts';
import { type CellKey, cellName, type Settled } from '../../src/mill/model/cell.ts';
import { hashOf } from '../../src/values/hash.ts';
import { Run } from '../../src/mill/model/run.ts';
import { recordIn } from '../../src/google/mill/cell-document.ts';
import { fromLedger } from '../../src/google/mill/ledger-document.ts';
import type { Task } from '../../src/mill/model/task.ts';
import { vectorHash } from '../../src/mill/model/vector.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import { survey } from '../../src/mill/steps/dispatch/survey.ts';
import { DAYS } from '../support/fixture-project.ts';

export interface Ledger {
  readonly tasks: readonly (Task & { readonly updatedAt: string })[];
  readonly runs: readonly Run[];
}

/** What a cell is, without who made it when. */
export type CellPicture = Readonly<Record<'status' | 'vector' | 'result' | 'value' | 'error', string>>;

export interface Picture {
  /** By `computation@date`. */
  readonly cells: Readonly<Record<string, CellPicture>>;
  /** By `computation@date`: vector and result hash, or the error's code. */
  readonly book: Readonly<Record<string, string>>;
  /** What would run next, with the reason. */
  readonly pending: readonly string[];
}

/** Who wrote a cell last, and when. */
export interface Writing extends CellKey {
  readonly taskId: string;
  readonly attempt: number;
  readonly updatedAt: string;
}

export async function readLedger(db: Firestore): Promise<Ledger> {
  const [tasks, runs] = await Promise.all([
    db.collection('computation_audit_ledger').get(),
    db.collection('computation_runs').get(),
  ]);
  return {
    tasks: tasks.docs.map((task) => Object.assign(fromLedger(task.data()), { updatedAt: instant(task.updateTime) })),
    runs: runs.docs.map((run) => Run.parse(run.data())),
  };
}

export async function readWritings(db: Firestore, ports: Ports): Promise<Writing[]> {
  const cells = cellsOf(ports);
  const found = await db.getAll(...cells.map(({ computation, date }) => db.doc(`results/${computation}/days/${date}`)));
  return found.flatMap((cell, index) => {
    const { taskId, attempt } = recordIn(cell) ?? {};
    const key = cells[index];
    if (key === undefined || cell.updateTime === undefined || taskId === undefined || attempt === undefined) return [];
    // That it became impossible is the dispatcher's writing.
    if (cell.get('status') === 'IMPOSSIBLE') return [];
    return [{ ...key, taskId, attempt, updatedAt: instant(cell.updateTime) }];
  });
}

export async function takePicture(ports: Ports): Promise<Picture> {
  const keys = cellsOf(ports);
  const planned = await (await survey({ from: DAYS[0], to: DAYS[3] }, ports)).cells(keys);
  const stored = await ports.cells.read(keys);
  const cells = await Promise.all(
    stored.map(async (cell): Promise<[string, CellPicture][]> => {
      if (cell === undefined) return [];
      const good = cell.status === 'IMPOSSIBLE' ? undefined : await ports.artifacts.lastGood(cell);
      const value = good === undefined ? '' : hashOf(JSON.stringify(await readWhole(good.artifact)));
      return [
        [
          cellName(cell),
          {
            status: cell.status,
            vector: cell.vector === undefined ? '' : vectorHash(cell.vector),
            result: cell.summary?.hash ?? '',
            value,
            error: cell.error?.code ?? '',
          },
        ],
      ];
    }),
  );
  const book = planned.flatMap(({ decision, settled }) =>
    settled === undefined ? [] : [[cellName(decision), lineOf(settled)] as const],
  );
  return {
    cells: Object.fromEntries(cells.flat()),
    book: Object.fromEntries(book),
    pending: planned
      .filter(({ decision: { outcome } }) => ['RUN', 'RERUN', 'BLOCKED'].includes(outcome))
      .map(({ decision }) => `${cellName(decision)} ${decision.outcome} ${decision.reason.why}`)
      .sort(),
  };
}

const cellsOf = ({ manifest }: Ports): CellKey[] =>
  manifest.computations.flatMap(({ name: computation }) => DAYS.map((date) => ({ computation, date })));

const lineOf = (settled: Settled): string =>
  settled.status === 'COMPLETED'
    ? `${vectorHash(settled.vector)} ${settled.resultHash}`
    : `${settled.vector === undefined ? '' : vectorHash(settled.vector)} ${settled.error.code}`;

/** To the microsecond, as Firestore has it. */
const instant = (time: { seconds: number; nanoseconds: number }): string =>
  `${time.seconds}.${String(time.nanoseconds).padStart(9, '0')}`;
