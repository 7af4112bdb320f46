/** A plan by reason: cells with the same fate for the same reason together, and what they would cost. */
import type { PlanAnswer } from '../../mill/answers/plan.ts';
import type { CellState } from '../../mill/answers/state-marks.ts';

type Group = PlanAnswer['groups'][number];
export type Cost = PlanAnswer['cost']['certain'];

export interface ReasonRow {
  /** Names it in the URL. */
  readonly key: string;
  readonly state: CellState;
  readonly conditional: boolean;
  readonly text: string;
  readonly groups: readonly Group[];
  readonly cells: number;
  readonly first: string;
  readonly last: string;
  /** Of workers; 0 for what does not run. */
  readonly seconds: number;
  readonly dollars: number;
}

const STATES: Readonly<Record<Group['outcome'], CellState>> = {
  RUN: 'run',
  RERUN: 'rerun',
  FAILED_DEPENDENCY: 'upstreamFailed',
  BLOCKED: 'blocked',
  STABLE: 'stable',
  SKIP: 'upToDate',
  IMPOSSIBLE: 'impossible',
};
const ORDER = Object.keys(STATES);

export const stateOfGroup = ({ outcome, why }: Pick<Group, 'outcome' | 'why'>): CellState =>
  outcome === 'RERUN' && why === 'FAILED_BEFORE' ? 'failed' : STATES[outcome];

/** What runs first, then what waits, then what rests; of an outcome the most cells first. */
export function reasonRows({ groups, cost }: Pick<PlanAnswer, 'groups' | 'cost'>): ReasonRow[] {
  const costs = new Map(cost.computations.map((one) => [one.computation, one]));
  const rows = [...Map.groupBy(groups, (group) => `${group.outcome} ${group.text}`)].map(([key, same]) => {
    const [head] = same as [Group];
    const shares = same.map((group) => shareOf(group, costs.get(group.computation)));
    const stretches = same.flatMap((group) => group.stretches);
    return {
      key,
      state: stateOfGroup(head),
      conditional: head.conditional,
      text: inWords(head.text),
      groups: same,
      cells: total(same.map(({ days }) => days)),
      first: stretches.reduce((least, { from }) => (from < least ? from : least), '9999-12-31'),
      last: stretches.reduce((most, { to }) => (to > most ? to : most), ''),
      seconds: total(shares.map(({ seconds }) => seconds)),
      dollars: total(shares.map(({ dollars }) => dollars)),
    };
  });
  const rank = ({ groups: [head] }: ReasonRow): number => ORDER.indexOf(head?.outcome ?? '');
  return rows.sort((a, b) => rank(a) - rank(b) || b.cells - a.cells);
}

/** Of days without data the reason is two words of the planner's own. */
const inWords = (text: string): string =>
  text.replace(/^NO_DATA (.+)$/, 'no data of $1').replace(/^UPSTREAM (.+)$/, 'it reads $1, which is impossible');

/** A computation's cost is that of all of its cells that run: a group's is its part of them. */
export function shareOf(
  { outcome, conditional, days }: Pick<Group, 'outcome' | 'conditional' | 'days'>,
  cost: { readonly certain: Cost; readonly conditional: Cost } | undefined,
): { readonly seconds: number; readonly dollars: number } {
  if (cost === undefined || (outcome !== 'RUN' && outcome !== 'RERUN')) return { seconds: 0, dollars: 0 };
  const { cells, seconds, dollars } = conditional ? cost.conditional : cost.certain;
  const part = cells === 0 ? 0 : days / cells;
  return { seconds: seconds * part, dollars: dollars * part };
}

/** Computations whose own code differs: what "without this change" can be asked of. */
export const changedOnes = ({ groups }: Pick<PlanAnswer, 'groups'>): string[] => [
  ...new Set(groups.filter(isOwnChange).map(({ computation }) => computation)),
];

/** `changed: code, dataset:flights` names the code among what differs. */
const isOwnChange = ({ why, text }: Group): boolean =>
  why === 'COSMETIC' || (why === 'CHANGED' && /[ ,](code|layer)(,|$| and )/.test(text));

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export const sumOf = (...costs: readonly Cost[]): Cost => ({
  cells: total(costs.map(({ cells }) => cells)),
  tasks: total(costs.map(({ tasks }) => tasks)),
  reads: total(costs.map(({ reads }) => reads)),
  writes: total(costs.map(({ writes }) => writes)),
  deletes: total(costs.map(({ deletes }) => deletes)),
  seconds: total(costs.map(({ seconds }) => seconds)),
  dollars: total(costs.map(({ dollars }) => dollars)),
});

/** `2001-01-02 … 2001-01-05, 2001-01-08`; of many the first ones, and how many more. */
export function daysInWords(stretches: readonly { readonly from: string; readonly to: string }[], most = 4): string {
  const shown = stretches.slice(0, most).map(({ from, to }) => (from === to ? from : `${from} … ${to}`));
  const more = stretches.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : `, and ${more} more`}`;
}
