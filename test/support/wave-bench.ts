/** One wave at a time over a small graph of two passes: dispatchers, workers, and what was sent to them. */
import type { Ports } from '../../src/compose.ts';
import { cellName } from '../../src/mill/model/cell.ts';
import type { TaskMessage } from '../../src/mill/model/message.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchAnswer } from '../../src/mill/steps/dispatch/request.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from './fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from './local-ports.ts';

const COMPUTATIONS = {
  'computations/sums.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ pages: 0 }), add: (sum, { pages }) => void (sum.pages += pages), finish: (sum) => sum.pages },
});
export const warmth = defineComputation({
  name: 'warmth', category: 'traffic', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});
export const both = defineComputation({
  name: 'both', category: 'traffic', needs: { pages: dependency(pages), warmth: dependency(warmth) }, output: z.number(),
  compute: ({ pages, warmth }) => pages * warmth,
});`,
};

/** Of `pages` and `warmth`; `both` is the second pass. */
export const CELLS_OF_FIRST_PASS = 2 * DAYS.length;

/** Processes that take turns: more than any test has at work at once. */
const POOL = 6;

/** All days of the fixture. */
const GRID = { date: DAYS[3], from: DAYS[0] } as const;

export interface WaveBench {
  readonly local: LocalPorts;
  /** Published, and not yet worked on. */
  readonly sent: TaskMessage[];
  /** Ports of one more process, whose publishing is noted down. */
  open(): Ports;
  /** Dispatches a pass of the whole grid. `id` names the callback, and with it the run. */
  ask(ports: Ports, id: string, pass?: number, dispatchId?: string): Promise<DispatchAnswer>;
  /** Works on what was sent. */
  workAll(ports: Ports): Promise<void>;
  /** Cells of open runs, as often as they were claimed. */
  claimed(): Promise<string[]>;
  close(): Promise<void>;
}

/** Its root data is loaded and indexed, and nothing else has happened. */
export async function waveBench(): Promise<WaveBench> {
  const local = await localPorts(COMPUTATIONS);
  const sent: TaskMessage[] = [];
  const pool: Ports[] = [];
  let processes = 0;
  const open = (): Ports => {
    const ports = (pool[processes++ % POOL] ??= local.open());
    return {
      ...ports,
      queue: {
        async publish(messages) {
          await ports.queue.publish(messages);
          sent.push(...messages);
        },
      },
    };
  };
  await loadFixture(open());
  return {
    local,
    sent,
    open,
    ask: (ports, id, pass = 1, dispatchId = 'day') =>
      dispatch({ ...GRID, pass, callbackUrl: local.callbackUrl(id), dispatchId }, ports),
    async workAll(ports) {
      for (const message of sent.splice(0)) await work(message, ports);
    },
    claimed: async () =>
      (await open().planning.load()).open.flatMap(({ tasks }) => tasks.flatMap(({ cells }) => cells.map(cellName))),
    close: () => local.close(),
  };
}
