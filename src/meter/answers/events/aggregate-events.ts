/** Events counted and measured by what they say and when they were. */
import { UserError } from '../../../errors.ts';
import { QuantileSketch } from '../../live/sketch.ts';
import { addExactly, rounded } from '../../live/exact-sum.ts';
import { mayAs } from '../../model/role.ts';
import { cursorAfter, positionIn } from '../cursor.ts';
import { type Window, windowNamer } from './local-windows.ts';
import {
  type Asker,
  type EventFilter,
  type EventPorts,
  numberOf,
  PERSONAL,
  selectEvents,
  textOf,
} from './select-events.ts';

export const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const;
export type AggregateFunction = (typeof FUNCTIONS)[number];

export interface AggregateRequest extends EventFilter {
  readonly window: Window;
  readonly timeZone: string;
  readonly groupBy: readonly string[];
  readonly functions: readonly AggregateFunction[];
  /** The member whose numbers are measured; what has none is counted alone. */
  readonly of: string;
}

export interface AggregateRow {
  readonly window: string;
  readonly group: Readonly<Record<string, string>>;
  readonly values: Readonly<Partial<Record<AggregateFunction, number>>>;
}

/** Groups of one answer, all pages together. */
export const MAX_GROUPS = 100_000;

class Measure {
  count = 0;
  readonly #sum: number[] = [];
  #numbers = 0;
  #min = Infinity;
  #max = -Infinity;
  readonly #sketch = new QuantileSketch();

  add(value: number | undefined): void {
    this.count++;
    if (value === undefined) return;
    this.#numbers++;
    addExactly(this.#sum, value);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#sketch.add(value);
  }

  /** Undefined where there are no numbers. */
  read(name: AggregateFunction): number | undefined {
    if (name === 'count') return this.count;
    if (this.#numbers === 0) return undefined;
    switch (name) {
      case 'sum':
        return rounded(this.#sum);
      case 'avg':
        return rounded(this.#sum) / this.#numbers;
      case 'min':
        return this.#min;
      case 'max':
        return this.#max;
      default: {
        const value = this.#sketch.quantile(Number(name.slice(1)) / 100) ?? NaN;
        return Math.min(this.#max, Math.max(this.#min, value));
      }
    }
  }
}

/** @throws {UserError} BAD_ARGUMENT, FORBIDDEN */
export async function aggregateEvents(
  request: AggregateRequest,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  asker: Asker,
  ports: EventPorts,
): Promise<{ readonly rows: readonly AggregateRow[]; readonly cursor?: string }> {
  const personal = request.groupBy.find((name) => PERSONAL.has(name));
  if (personal !== undefined && !mayAs(asker.role, 'manager'))
    throw new UserError('FORBIDDEN', `A ${asker.role} does not see people: group by something else than ${personal}.`);
  const of = { organization: asker.organization, question: request };
  const after = page.cursor === undefined ? undefined : String(positionIn(page.cursor, of)[0] ?? '');
  const measures = await measured(request, asker, ports);
  const keys = [...measures.keys()].filter((key) => after === undefined || key > after).sort();
  const shown = keys.slice(0, page.limit);
  const rows = shown.map((key): AggregateRow => {
    const [window = '', ...group] = JSON.parse(key) as string[];
    const measure = measures.get(key) as Measure;
    const values = request.functions.flatMap((name) => {
      const value = measure.read(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      window,
      group: Object.fromEntries(request.groupBy.map((name, at) => [name, group[at] ?? ''])),
      values: Object.fromEntries(values),
    };
  });
  const last = shown.at(-1);
  return { rows, ...(keys.length > shown.length && last !== undefined ? { cursor: cursorAfter(of, [last]) } : {}) };
}

/** By window and group, as JSON. */
async function measured(request: AggregateRequest, asker: Asker, ports: EventPorts): Promise<Map<string, Measure>> {
  const nameOf = windowNamer(request.window, request.timeZone);
  const measures = new Map<string, Measure>();
  for await (const event of selectEvents(request, asker, ports)) {
    const key = JSON.stringify([nameOf(event.timestampMs), ...request.groupBy.map((name) => textOf(event, name))]);
    const measure = measures.get(key) ?? new Measure();
    measures.set(key, measure);
    measure.add(numberOf(event, request.of));
    if (measures.size > MAX_GROUPS)
      throw new UserError('BAD_ARGUMENT', `These are more than ${MAX_GROUPS} groups. Group by less.`);
  }
  return measures;
}
