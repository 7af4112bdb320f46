/** The manifest as if some computations had not been changed: to see what a change costs before it is run. */
import { UserError } from '../../errors.ts';
import { fromOrdinal } from '../../values/date.ts';
import { computationIn, type Manifest } from '../model/manifest.ts';
import { NO_DAYS } from '../planning/day-set.ts';
import { survey, type SurveyPorts } from '../steps/dispatch/survey.ts';
import { settledCells } from './settled-cells.ts';

/**
 * Each with the fingerprint that its newest result was made with; one that has no result stays as it is. What it reads, and how, is that
 * of now. Reads a book a name. @throws {UserError} UNKNOWN_COMPUTATION
 */
export async function withoutChanges(names: readonly string[], ports: SurveyPorts): Promise<Manifest> {
  const { manifest, planning } = ports;
  for (const name of names)
    if (computationIn(manifest, name) === undefined)
      throw new UserError('UNKNOWN_COMPUTATION', `There is no computation "${name}": daymill graph names them all.`);
  const snapshot = await planning.load();
  const newest = [...new Set(names)].flatMap((computation) => {
    const made = snapshot.standings.get(computation)?.made ?? NO_DAYS;
    const last = made.at(-1);
    return last === undefined ? [] : [{ computation, date: fromOrdinal(last) }];
  });
  const [first] = newest;
  if (first === undefined) return manifest;
  // Of one day: the plan is not asked for, the books are.
  const surveyed = await survey({ from: first.date, to: first.date, throughPass: 0 }, ports, snapshot);
  const settled = await settledCells(newest, surveyed, planning);
  const before = new Map(
    newest.flatMap(({ computation }, index) => {
      const one = settled[index];
      return one?.status === 'COMPLETED' ? [[computation, one.vector.fingerprint]] : [];
    }),
  );
  const computations = manifest.computations.map((one) => {
    const fingerprint = before.get(one.name);
    return fingerprint === undefined ? one : Object.assign({}, one, { fingerprint });
  });
  return { ...manifest, computations };
}
