/** What would run, why, at what price; and what it would be without a change. */
import type { PlanAnswer } from '../../mill/answers/plan.ts';
import { describeLoad } from '../cell/loads.ts';
import { useAnswer } from '../data/answer.ts';
import { days } from '../data/project.ts';
import { Changes } from '../plan/changes.tsx';
import '../plan/plan.css';
import { PriceTable, SavedTable } from '../plan/price.tsx';
import { Reasons } from '../plan/reasons.tsx';
import { sumOf } from '../plan/reasons.ts';
import { query, withQuery } from '../shell/location.ts';
import { Act } from '../ui/act.tsx';
import { commandLine } from '../ui/command-line.ts';
import { count, counted, dollars, seconds } from '../ui/format.ts';
import { NamedCell } from '../ui/links.tsx';
import { Panel } from '../ui/panel.tsx';
import { SelectBox, selected, splitProblem } from '../ui/select-box.tsx';

export function View() {
  const { from, to } = days.value;
  const select = selected();
  const without = query.value.get('without') ?? '';
  const asked = new URLSearchParams({ from, date: to, ...(select === undefined ? {} : { select }) });
  const whole = useAnswer<PlanAnswer>(`/api/mill/plan?${asked}`);
  const less = useAnswer<PlanAnswer>(
    without === '' ? undefined : `/api/mill/plan?${asked}&without=${encodeURIComponent(without)}`,
  );
  const { wrong, answer } = splitProblem(without === '' ? whole : less);
  return (
    <>
      <SelectBox wrong={wrong} />
      {wrong === undefined ? (
        <Panel title="Plan" answer={answer} command={commandLine('plan', { date: to, from, select })}>
          {(plan) => <Summary plan={plan} select={select} without={without} />}
        </Panel>
      ) : null}
      {without === '' || answer.problem === undefined ? null : (
        <p>
          <a href={withQuery({ without: undefined })}>Plan with all changes</a>
        </p>
      )}
      {answer.data === undefined ? null : (
        <>
          <div class="plan-columns">
            <PriceTable plan={answer.data} />
            <div>
              <SavedTable plan={answer.data} />
              <Changes whole={whole.data} less={without === '' ? undefined : less.data} without={without} />
            </div>
          </div>
          <Reasons plan={answer.data} />
          <Watch cells={answer.data.watch} />
        </>
      )}
    </>
  );
}

const WORDS = [
  ['FAILED_DEPENDENCY', 'upstream failed'],
  ['BLOCKED', 'blocked'],
  ['SKIP', 'up to date'],
  ['STABLE', 'stable'],
  ['IMPOSSIBLE', 'impossible'],
] as const;

function Summary({
  plan,
  select,
  without,
}: {
  readonly plan: PlanAnswer;
  readonly select: string | undefined;
  readonly without: string;
}) {
  const { cells, conditional, cost, date, from } = plan;
  const sure = cells.RUN + cells.RERUN - conditional;
  const { certain, pipeline, watch } = cost;
  const price = sumOf(certain, pipeline, watch);
  const rest = WORDS.filter(([outcome]) => cells[outcome] > 0).map(
    ([outcome, word]) => `${count(cells[outcome])} ${word}`,
  );
  const maybe = conditional === 0 ? '' : ` and up to ${counted(conditional, 'more cell')} if what they read changes`;
  const runs = sure + conditional > 0 || plan.loads.length > 0;
  return (
    <>
      <div class="split">
        <p class="lead">
          <strong>{sure === 0 ? 'Nothing' : counted(sure, 'cell')} would run</strong>
          {without === '' ? '' : ` without the changes of ${without.replaceAll(',', ', ')}`}
          {maybe}
          {sure === 0 ? '' : `: about ${seconds(price.seconds)} of work, ${dollars(price.dollars)}`}.
          {rest.length === 0 ? null : <span class="quiet"> {rest.join(', ')}.</span>}
        </p>
        {runs && without === '' ? (
          <Act label="Run it" url="/api/mill/runs" body={{ date, from, ...(select === undefined ? {} : { select }) }}>
            <p>
              Runs {from} … {date}
              {select === undefined ? '' : `, only ${select}`}:{' '}
              {sure === 0 ? 'no cell for sure' : counted(sure, 'cell')}
              {maybe}, about {seconds(price.seconds)} of work, {dollars(price.dollars)}; at most{' '}
              {dollars(cost.most.dollars)}.
            </p>
          </Act>
        ) : null}
      </div>
      {runs ? null : (
        <p class="quiet">
          It will once code changes, data is loaded (<code>npx daymill load</code>), or a later last day is chosen
          above.
        </p>
      )}
      <Notes plan={plan} />
    </>
  );
}

/** What has to be known beside the counts. */
function Notes({ plan }: { readonly plan: PlanAnswer }) {
  const { overLimits, loads, loadedOtherwise, missing, distrusted } = plan;
  return (
    <>
      {overLimits.length === 0 ? null : (
        <p class="note warning" role="alert">
          A run would be refused: {overLimits.join('; ')}.
        </p>
      )}
      <ul class="notes">
        {loads.map((load) => (
          <li key={load.dataset + String(load.again)}>{describeLoad(load)}</li>
        ))}
        {loadedOtherwise.map(({ dataset, days, first, last, file }) => (
          <li key={`${dataset} ${first}`}>
            {counted(days, 'day')} of {dataset} ({first} … {last}) {days === 1 ? 'was' : 'were'} loaded by other code
            than reads its files now;{' '}
            <code>
              npx daymill load {dataset} {file}
            </code>{' '}
            loads them again.
          </li>
        ))}
        {missing.map(({ dataset, days }) => (
          <li key={dataset}>
            {dataset} has no data for {days.slice(0, 5).join(', ')}
            {days.length > 5 ? ` and ${counted(days.length - 5, 'more day')}` : ''}, and should have.
          </li>
        ))}
        {distrusted.map(({ computation, text }) => (
          <li key={computation}>
            {computation} is not trusted to give the same again: {text}. No proof and no early cutoff spares it a run.
          </li>
        ))}
      </ul>
    </>
  );
}

function Watch({ cells }: { readonly cells: PlanAnswer['watch'] }) {
  if (cells.length === 0) return null;
  return (
    <section class="panel">
      <h2>Tonight’s watch</h2>
      <p>
        Settled cells that a run makes once more in shadow, to see that their skips are right:{' '}
        {cells.map(({ computation, date }, index) => (
          <span key={`${computation}@${date}`}>
            {index === 0 ? '' : ', '}
            <NamedCell cell={`${computation}@${date}`} />
          </span>
        ))}
        .
      </p>
    </section>
  );
}
