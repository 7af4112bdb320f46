/** Computes cells whose inputs are at hand: one by itself, or several over one reading of their entities. */
import { TerminalError } from '../../../errors.ts';
import { whereIn } from '../../execution/authored.ts';
import { execute } from '../../execution/execute.ts';
import { type Execution, scan, type ScanCell } from '../../execution/scan.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { Definitions } from '../../ports/code.ts';
import type { Watchdog } from '../../ports/process.ts';
import type { Heartbeat } from '../../worker/heartbeat.ts';
import { type CellInHand, completed, failed, fieldsOf, type MadeCell, type OutcomePorts } from './cell-outcome.ts';
import type { Hearing } from './hear-printed.ts';
import type { LapMeter } from './lap-meter.ts';
import { sharedBeside, streamEntities } from './load-inputs.ts';

export interface ComputePorts extends OutcomePorts {
  readonly definitions: Definitions;
  readonly artifacts: Artifacts;
  readonly watchdog: Watchdog;
  /** The process's own streams have what is printed when absent. */
  readonly hearing?: Pick<Hearing, 'of'>;
}

export interface ComputeOptions {
  /** When the task's planned time is over, by the steady clock. */
  readonly stopAtMs: number;
  readonly heartbeat: Pick<Heartbeat, 'progress' | 'expect'>;
}

/** Grace that an awaited time-out has before the watchdog stops the whole process. */
const WATCHDOG_GRACE_MS = 2_000;

export async function computeCell(hand: CellInHand, meter: LapMeter, ports: ComputePorts): Promise<MadeCell> {
  const watched = watch([hand], hand.computation.timeoutSeconds * 1_000, ports);
  try {
    const request = await scanCellOf(hand, ports);
    const execution = await execute({ ...request, now: () => ports.clock.elapsed() });
    return await completed(hand, request, execution, meter.lap(1), ports);
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    return failed(hand, thrown, ports);
  } finally {
    watched.done();
  }
}

export async function* scanCells(
  hands: readonly CellInHand[],
  entities: StoredArtifact,
  meter: LapMeter,
  ports: ComputePorts,
  { stopAtMs, heartbeat }: ComputeOptions,
): AsyncGenerator<MadeCell> {
  const together = hands.reduce((sum, { computation }) => sum + computation.timeoutSeconds * 1_000, 0);
  const withinMs = hands.length === 1 ? together : Math.min(together, stopAtMs - ports.clock.elapsed());
  const watched = watch(hands, withinMs, ports);
  if (entities.files === undefined) heartbeat.expect(entities.count);
  const beside = sharedBeside(hands.map(({ inputs }) => inputs));
  const cells: ScanCell[] = [];
  const results = await orItsErrors(hands, async () => {
    cells.push(
      ...(await Promise.all(
        hands.map(async (hand) => ({ ...(await scanCellOf(hand, ports)), beside: beside.of(hand.inputs) })),
      )),
    );
    return scan({
      cells,
      entities: streamEntities(entities, beside.artifacts),
      now: () => ports.clock.elapsed(),
      stopAtMs,
      onProgress: heartbeat.progress,
    });
  }).finally(() => watched.done());
  const scanning = meter.lap(hands.length);
  for (const [index, hand] of hands.entries()) {
    const result = results[index];
    const cell = cells[index];
    if (result instanceof TerminalError) yield failed(hand, result, ports);
    else if (result !== undefined && cell !== undefined) yield completed(hand, cell, result, scanning, ports);
  }
}

/** A day whose files cannot be read fails all that read it. */
async function orItsErrors(
  hands: readonly CellInHand[],
  run: () => Promise<(Execution | TerminalError)[]>,
): Promise<(Execution | TerminalError)[]> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    return hands.map(() => thrown);
  }
}

async function scanCellOf(
  { task, cell, computation, inputs, generation }: CellInHand,
  ports: ComputePorts,
): Promise<ScanCell> {
  const place = { kind: 'cell', computation: cell.computation, date: cell.date } as const;
  return {
    computation: await ports.definitions.computation(computation),
    context: { date: cell.date },
    inputs: await inputs.values(),
    // A shadow leaves nothing behind.
    sink: async (part, index) => {
      const { data: _, ...range } = part;
      return cell.audit === undefined
        ? ports.artifacts.writeShard(place, generation, part, index)
        : { ...range, id: '' };
    },
    onPrinted: ports.hearing?.of(cell, fieldsOf(task, cell)),
    onStray: (error) =>
      ports.log.warn(
        { ...fieldsOf(task, cell), event: 'cell.stray', stack: error.stack },
        `left something behind that threw when nobody waited for it: ${error.name}: ${error.message}${whereIn(error)}; ` +
          'await its promises, and catch what its timers and listeners throw',
      ),
  };
}

function watch(hands: readonly CellInHand[], withinMs: number, ports: ComputePorts): { readonly done: () => void } {
  const [{ task, cell, computation }] = hands as readonly [CellInHand, ...CellInHand[]];
  const many = hands.length > 1;
  const seconds = Math.round(withinMs / 1_000);
  return ports.watchdog.watch({
    id: task.id,
    token: task.lease?.token ?? '',
    cell: many ? undefined : { computation: cell.computation, date: cell.date },
    what: `${many ? `one of ${hands.length} computations, ${computation.name} among them,` : computation.name} did not end within ${seconds} s and held its worker; look for a loop without an end, or raise timeoutSeconds`,
    withinMs: withinMs + WATCHDOG_GRACE_MS,
  });
}
