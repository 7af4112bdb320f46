/** A plan's cells by reason; a reason opens into its computations and their days. */
import type { PlanAnswer } from '../../mill/answers/plan.ts';
import { query, setQuery } from '../shell/location.ts';
import { count, dollars, seconds } from '../ui/format.ts';
import { CellLink } from '../ui/links.tsx';
import { Opener } from '../ui/opener.tsx';
import { Stand } from '../ui/stand.tsx';
import { daysInWords, type ReasonRow, reasonRows, shareOf } from './reasons.ts';

/** `SKIP nothing that it reads has changed`: in the URL `why`. */
const NAME = 'why';

export function Reasons({ plan }: { readonly plan: PlanAnswer }) {
  const open = query.value.get(NAME);
  return (
    <section class="panel">
      <h2>By reason</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="By reason">
        <table class="reasons">
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">
                Cells
              </th>
              <th scope="col">Of</th>
              <th scope="col">Days</th>
              <th scope="col" class="number">
                Work
              </th>
              <th scope="col" class="number">
                $
              </th>
            </tr>
          </thead>
          <tbody>
            {reasonRows(plan).map((row) => (
              <Reason key={row.key} row={row} plan={plan} isOpen={open === row.key} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface Props {
  readonly row: ReasonRow;
  readonly plan: PlanAnswer;
  readonly isOpen: boolean;
}

function Reason({ row, plan, isOpen }: Props) {
  const { key, state, conditional, text, groups, cells, first, last } = row;
  const costs = new Map(plan.cost.computations.map((one) => [one.computation, one]));
  return (
    <>
      <tr>
        <td>
          <Opener isOpen={isOpen} onTurn={() => setQuery({ [NAME]: isOpen ? undefined : key })}>
            <Stand state={state} />
            {conditional ? <span title="only if what it reads turns out different">?</span> : null}
          </Opener>
        </td>
        <td class="wide">{text}</td>
        <td class="number">{count(cells)}</td>
        <td>{groups.length === 1 ? groups[0]?.computation : `${count(groups.length)} computations`}</td>
        <td>{first === last ? first : `${first} … ${last}`}</td>
        <Price seconds={row.seconds} dollars={row.dollars} />
      </tr>
      {isOpen
        ? groups.map((group) => (
            <tr key={group.computation} class="within">
              <td />
              <td class="wide quiet">{daysInWords(group.stretches)}</td>
              <td class="number">{count(group.days)}</td>
              <td>{group.computation}</td>
              <td>
                {group.stretches[0] === undefined ? null : (
                  <CellLink computation={group.computation} date={group.stretches[0].from} />
                )}
              </td>
              <Price {...shareOf(group, costs.get(group.computation))} />
            </tr>
          ))
        : null}
    </>
  );
}

const Price = (cost: { readonly seconds: number; readonly dollars: number }) => (
  <>
    <td class="number">{cost.seconds === 0 ? '' : seconds(cost.seconds)}</td>
    <td class="number">{cost.dollars === 0 ? '' : dollars(cost.dollars)}</td>
  </>
);
