/** One cell: how it stands and why, what it was made from, what it found, and what may be done about it. */
import { useEffect } from 'preact/hooks';
import type { AttemptsAnswer } from '../../mill/answers/attempts.ts';
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { Causes } from '../cell/causes.tsx';
import '../cell/cell.css';
import { Diff } from '../cell/diff.tsx';
import { Elsewhere, isElsewhere } from '../cell/elsewhere.tsx';
import { Neighbours } from '../cell/neighbours.tsx';
import { Outcome } from '../cell/outcome.tsx';
import { Result } from '../cell/result.tsx';
import { Vector } from '../cell/vector.tsx';
import { useAnswer } from '../data/answer.ts';
import { computationOf, project } from '../data/project.ts';
import { bindKeys } from '../shell/keys.ts';
import { go, linkTo, withQuery } from '../shell/location.ts';
import type { ViewProps } from '../shell/routes.ts';
import { Act } from '../ui/act.tsx';
import { Attempts } from '../ui/attempts.tsx';
import { Command } from '../ui/command.tsx';
import { addDays } from '../ui/days.ts';
import { counted, time } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { because } from '../ui/stand-marks.ts';

export function View({ computation = '', date = '' }: ViewProps) {
  if (isElsewhere(computation, date)) return <Elsewhere computation={computation} date={date} />;
  return <Cell computation={computation} date={date} />;
}

interface Props {
  readonly computation: string;
  readonly date: string;
}

function Cell({ computation, date }: Props) {
  const at = `/api/mill/cells/${encodeURIComponent(computation)}/${date}`;
  const explain = useAnswer<ExplainAnswer>(at);
  useCellKeys({ computation, date }, explain.data?.last?.runId ?? undefined);
  return (
    <>
      <Head computation={computation} date={date} at={at} />
      <div class="cell-columns">
        <div>
          <Panel title="State" answer={explain} command={`npx daymill explain ${computation} ${date}`}>
            {(answer) => (
              <>
                <Outcome answer={answer} />
                <Causes answer={answer} />
                <Vector answer={answer} />
              </>
            )}
          </Panel>
          <Neighbours computation={computation} date={date} />
        </div>
        <div>
          <Result at={at} computation={computation} date={date} />
          <Diff computation={computation} date={date} />
        </div>
      </div>
      <AllAttempts at={at} computation={computation} date={date} />
    </>
  );
}

function Head({ computation, date, at }: Props & { readonly at: string }) {
  const { category, pass, description } = computationOf(computation) ?? {};
  const pause = project.value?.paused.find((each) => each.computation === computation || each.computation === null);
  const isAll = pause !== undefined && pause.computation === null;
  return (
    <div class="cell-head">
      <div class="split">
        <h1>
          {computation}@{date}
        </h1>
        <Step computation={computation} date={addDays(date, -1)} keys="[" text="← day before" />
        <Step computation={computation} date={addDays(date, 1)} keys="]" text="day after →" />
        <Act label="Make it again" url={`${at}/retry`}>
          <p>
            {computation}@{date} is made again whatever the plan thinks of it, then what reads it, where its result
            turns out different.
          </p>
          <Command text={`npx daymill rerun ${computation} --date ${date}`} />
        </Act>
        {pause !== undefined ? (
          <Act
            label={isAll ? 'Resume everything' : `Resume ${computation}`}
            url="/api/mill/resume"
            body={isAll ? {} : { computation }}
          >
            <p>
              {isAll ? 'Cells of all computations' : `Cells of ${computation}`} that would run may be claimed again,
              from the next run on.
            </p>
          </Act>
        ) : (
          <Act label={`Pause ${computation}`} url="/api/mill/pause" body={{ computation }}>
            <p>
              No cell of {computation} is claimed any more, and what reads them waits, until it is resumed. What is
              under way goes on.
            </p>
            <Command text={`npx daymill pause ${computation}`} />
          </Act>
        )}
      </div>
      <p class="quiet">
        {category}, pass {pass}
        {description === undefined ? '' : `: ${description}`}
      </p>
      {pause === undefined ? null : (
        <p class="note warning">
          {isAll ? 'Everything' : computation} is paused since {time(pause.sinceMs)}
          {pause.by === undefined ? '' : ` by ${pause.by}`}
          {pause.because === undefined ? '' : `: ${pause.because}`}. What would run waits until it is resumed.
        </p>
      )}
    </div>
  );
}

/** The same view of another day, with all that was chosen in it. */
const Step = ({ computation, date, keys, text }: Props & { readonly keys: string; readonly text: string }) => (
  <a href={withQuery({}, cellPath(computation, date))} title={`${date} (${keys})`}>
    {text}
  </a>
);

function AllAttempts({ at, computation, date }: Props & { readonly at: string }) {
  const answer = useAnswer<AttemptsAnswer>(`${at}/attempts`);
  return (
    <Panel title="Attempts" answer={answer} command={`npx daymill attempts ${computation} ${date}`}>
      {({ tasks }) => {
        const rows = tasks.flatMap(({ attempts }) => attempts);
        if (rows.length === 0)
          return (
            <Empty what="No attempt was made in the last 90 days">
              <p>
                <code>npx daymill run --date {date}</code> makes what is to be made up to this day.
              </p>
            </Empty>
          );
        const [newest] = tasks;
        return (
          <>
            {newest?.reason === undefined ? null : (
              <p class="quiet">
                {counted(tasks.length, 'task')}; the newest, reason: {because(newest.reason)}
              </p>
            )}
            <Attempts rows={rows} without={['Cell']} />
          </>
        );
      }}
    </Panel>
  );
}

function useCellKeys({ computation, date }: Props, runId: string | undefined): void {
  useEffect(
    () =>
      bindKeys([
        {
          keys: 'r',
          does: 'go to the run that made this cell',
          run: () => {
            if (runId !== undefined) go(linkTo(`/runs/${encodeURIComponent(runId)}`));
          },
        },
        {
          keys: 'x',
          does: 'copy the command that explains this cell',
          run: () => document.querySelector<HTMLElement>('[data-command^="npx daymill explain"]')?.click(),
        },
        {
          keys: '[',
          does: 'the day before',
          run: () => go(withQuery({}, cellPath(computation, addDays(date, -1)))),
        },
        { keys: ']', does: 'the day after', run: () => go(withQuery({}, cellPath(computation, addDays(date, 1)))) },
        {
          keys: 'l',
          does: 'lineage of this computation',
          run: () => go(linkTo(`/lineage/${encodeURIComponent(computation)}`, { date })),
        },
      ]),
    [computation, date, runId],
  );
}
