/** A world for the planner in plain values: what data there is, and how cells ended. */
import { type CellError, cellName, type Settled } from '../../src/mill/model/cell.ts';
import type { Day, DayOrdinal } from '../../src/values/date.ts';
import { describeReason } from '../../src/mill/model/decision.ts';
import { hashOf } from '../../src/values/hash.ts';
import { computationIn, type Manifest } from '../../src/mill/model/manifest.ts';
import type { InputHashes } from '../../src/mill/model/vector.ts';
import { toOrdinal } from '../../src/values/date.ts';
import { daySetOfDays } from '../../src/mill/planning/day-set.ts';
import { type Plan, plan, type PlannedCell, type PlanRequest } from '../../src/mill/planning/plan.ts';
import { bookId, Shelf } from '../../src/mill/planning/shelf.ts';
import { NO_DATASET, unknownStanding } from '../../src/mill/planning/standing.ts';
import type { PlanningState } from '../../src/mill/planning/state.ts';

/** The hash of a piece of content that a test calls by a word. */
export const h = (word: string): string => (word === 'none' ? 'none' : hashOf(word));

export class PlanningWorld {
  readonly availability = new Map<string, Map<Day, string>>();
  readonly book = new Map<string, Map<Day, Settled>>();
  readonly inFlight = new Map<string, string>();

  /** The days on which a dataset has data, each with content of its own unless `content` is given. */
  data(dataset: string, days: readonly Day[], content?: string): this {
    const known = this.availability.get(dataset) ?? new Map<Day, string>();
    for (const day of days) known.set(day, h(content ?? `${dataset} ${day}`));
    this.availability.set(dataset, known);
    return this;
  }

  noData(dataset: string, day: Day): this {
    this.availability.get(dataset)?.delete(day);
    return this;
  }

  /** A cell that completed with `result` from `inputs` (input id to a word for its content) under the manifest's fingerprint. */
  completed(
    manifest: Manifest,
    cell: string,
    inputs: InputHashes,
    { result = `result of ${cell}`, dispatchId = 'earlier' }: { result?: string; dispatchId?: string } = {},
  ): this {
    const { computation, date } = parseCell(cell);
    return this.#settle(
      cell,
      {
        status: 'COMPLETED',
        vector: {
          fingerprint: fingerprintOf(manifest, computation),
          inputs: Object.fromEntries(Object.entries(inputs).map(([id, word]) => [id, h(word)])),
        },
        resultHash: h(result),
        dispatchId,
      },
      date,
    );
  }

  /** A cell that failed; without `inputs`, before it had read any. */
  failed(
    manifest: Manifest,
    cell: string,
    {
      inputs,
      dispatchId = 'earlier',
      error = BROKEN,
    }: { inputs?: InputHashes; dispatchId?: string; error?: CellError } = {},
  ): this {
    const { computation, date } = parseCell(cell);
    const vector =
      inputs === undefined
        ? {}
        : {
            vector: {
              fingerprint: fingerprintOf(manifest, computation),
              inputs: Object.fromEntries(Object.entries(inputs).map(([id, word]) => [id, h(word)])),
            },
          };
    return this.#settle(cell, { status: 'FAILED', ...vector, error, dispatchId }, date);
  }

  isMaking(runId: string, cell: string): this {
    this.inFlight.set(cell, runId);
    return this;
  }

  /** Of a planner that has nothing but the books to go by. */
  planned(request: Omit<PlanRequest, 'state' | 'mode'> & Partial<Pick<PlanRequest, 'mode'>>): Plan {
    return plan({ mode: 'dispatch', ...request, state: this.state() });
  }

  plan(request: Omit<PlanRequest, 'state' | 'mode'> & Partial<Pick<PlanRequest, 'mode'>>): PlannedCell[] {
    return this.planned(request).cells();
  }

  state(): PlanningState {
    return stateOf(this.book, { availability: this.availability, inFlight: this.inFlight });
  }

  #settle(cell: string, settled: Settled, date: Day): this {
    const { computation } = parseCell(cell);
    const days = this.book.get(computation) ?? new Map<Day, Settled>();
    days.set(date, settled);
    this.book.set(computation, days);
    return this;
  }
}

export type Books = ReadonlyMap<string, ReadonlyMap<Day, Settled>>;

/** All books open, and nothing known to be at rest. */
export function stateOf(
  books: Books,
  {
    availability = new Map(),
    inFlight = new Map(),
  }: { availability?: Map<string, Map<Day, string>>; inFlight?: ReadonlyMap<string, string> } = {},
): PlanningState {
  const byId = new Map<string, Map<Day, Settled>>();
  for (const [computation, days] of books) {
    for (const [date, settled] of days) {
      const id = bookId(computation, date);
      byId.set(id, (byId.get(id) ?? new Map<Day, Settled>()).set(date, settled));
    }
  }
  const flying = new Map<string, Map<DayOrdinal, string>>();
  for (const [cell, runId] of inFlight) {
    const { computation, date } = parseCell(cell);
    flying.set(computation, (flying.get(computation) ?? new Map<DayOrdinal, string>()).set(toOrdinal(date), runId));
  }
  const ended = (days: ReadonlyMap<Day, Settled>, status: Settled['status']) =>
    daySetOfDays([...days].filter(([, settled]) => settled.status === status).map(([date]) => date));
  return {
    sequence: 0,
    standings: new Map(
      [...books].map(([name, days]) => [name, unknownStanding(ended(days, 'COMPLETED'), ended(days, 'FAILED'))]),
    ),
    datasets: new Map(
      [...availability].map(([name, days]) => [name, { ...NO_DATASET, days: daySetOfDays(days.keys()) }]),
    ),
    equivalents: new Map(),
    distrusted: new Map(),
    shelf: new Shelf({ books: byId, data: availability }),
    inFlight: flying,
  };
}

export const BROKEN: CellError = { code: 'COMPUTE_FAILED', message: 'it broke' };

/** `a@2024-01-01: RUN never ran`, a line a cell. */
export const say = (planned: readonly PlannedCell[]): string[] =>
  planned.map(({ decision }) => `${cellName(decision)}: ${decision.outcome} ${describeReason(decision)}`);

function parseCell(cell: string): { computation: string; date: Day } {
  const [computation, date] = cell.split('@');
  if (computation === undefined || date === undefined) throw new Error(`"${cell}" is not "computation@date"`);
  return { computation, date };
}

function fingerprintOf(manifest: Manifest, name: string) {
  const computation = computationIn(manifest, name);
  if (computation === undefined) throw new Error(`${name} is not in the graph`);
  return computation.fingerprint;
}
