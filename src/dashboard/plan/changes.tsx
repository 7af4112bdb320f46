/** Changes of code, each with a switch: what the plan would be, and cost, without it. */
import type { PlanAnswer } from '../../mill/answers/plan.ts';
import { linkTo, setQuery } from '../shell/location.ts';
import { counted, dollars } from '../ui/format.ts';
import { changedOnes, sumOf } from './reasons.ts';

interface Props {
  /** With all of them. */
  readonly whole: PlanAnswer | undefined;
  /** Without those that are switched off; undefined when none is, or while it is asked for. */
  readonly less: PlanAnswer | undefined;
  /** Names, by commas. */
  readonly without: string;
}

export function Changes({ whole, less, without }: Props) {
  const off = new Set(without === '' ? [] : without.split(','));
  const names = [...new Set([...(whole === undefined ? [] : changedOnes(whole)), ...off])];
  const turn = (name: string): void => {
    const left = off.has(name) ? [...off].filter((one) => one !== name) : [...off, name];
    setQuery({ without: left.join(',') }, { replace: false });
  };
  return (
    <section class="panel">
      <h2>Changes of code</h2>
      {names.length === 0 ? (
        <p class="quiet">No computation that would run has changed its code.</p>
      ) : (
        <>
          <p class="quiet">Switched off, a computation is planned with the code that made its results.</p>
          <ul class="changes">
            {names.map((name) => (
              <li key={name}>
                <label>
                  <input type="checkbox" checked={!off.has(name)} onChange={() => turn(name)} /> {name}
                </label>{' '}
                <a href={linkTo('/code', { open: name })}>verdict</a>
              </li>
            ))}
          </ul>
          {whole === undefined || less === undefined ? null : <Difference whole={whole} less={less} />}
        </>
      )}
    </section>
  );
}

function Difference({ whole, less }: { readonly whole: PlanAnswer; readonly less: PlanAnswer }) {
  const fewer = runsOf(whole) - runsOf(less);
  const cheaper = dollarsOf(whole) - dollarsOf(less);
  return (
    <p role="status">
      <strong>
        {fewer === 0 ? 'As many cells' : `${counted(Math.abs(fewer), 'cell')} ${fewer > 0 ? 'fewer' : 'more'}`},{' '}
        {cheaper === 0 ? 'the same price' : `${dollars(Math.abs(cheaper))} ${cheaper > 0 ? 'less' : 'more'}`}
      </strong>{' '}
      than with all changes, what only may run included.
    </p>
  );
}

const runsOf = ({ cells }: PlanAnswer): number => cells.RUN + cells.RERUN;

const dollarsOf = ({ cost: { certain, conditional, pipeline, watch } }: PlanAnswer): number =>
  sumOf(certain, conditional, pipeline, watch).dollars;
