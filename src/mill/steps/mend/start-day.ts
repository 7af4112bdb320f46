/** Starts a day's workflow, as its schedule would, for the days and the computations that are asked for. */
import { UserError } from '../../../errors.ts';
import { computationIn, type Manifest } from '../../model/manifest.ts';
import type { DayAsked, Pipeline, StartedDay } from '../../ports/pipeline.ts';
import type { Clock } from '../../../process/ports.ts';
import { assertTarget } from '../dispatch/target.ts';

export interface StartPorts {
  readonly pipeline: Pipeline;
  readonly manifest: Manifest;
  readonly clock: Clock;
}

/** @throws {UserError} BAD_DATE, UNKNOWN_COMPUTATION */
export async function startDay(asked: DayAsked, ports: StartPorts): Promise<StartedDay> {
  const { date, from, computations = [] } = asked;
  assertTarget(date, ports.clock.now());
  assertTarget(from, ports.clock.now());
  if (from > date)
    throw new UserError('BAD_DATE', `${date} is before ${from}. Choose a later date, or an earlier from.`);
  const unknown = computations.find((name) => computationIn(ports.manifest, name) === undefined);
  if (unknown !== undefined) throw new UserError('UNKNOWN_COMPUTATION', `There is no computation "${unknown}".`);
  return ports.pipeline.start(asked);
}
