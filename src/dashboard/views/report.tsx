/** Each day in a line that adds up. */
import type { FailuresAnswer } from '../../mill/answers/failures.ts';
import type { ReportAnswer } from '../../mill/answers/report.ts';
import { describeLoad } from '../cell/loads.ts';
import { useAnswer } from '../data/answer.ts';
import { days } from '../data/project.ts';
import { DayBar } from '../report/day-bar.tsx';
import { type DayRow, dayRows, type Stand, STANDS, totalsOf } from '../report/day-rows.ts';
import '../report/report.css';
import { linkTo } from '../shell/location.ts';
import { commandLine } from '../ui/command-line.ts';
import { count, counted } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Partial } from '../ui/partial.tsx';
import { SelectBox, selected, splitProblem } from '../ui/select-box.tsx';
import { Mark } from '../ui/stand.tsx';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { type Column, Table } from '../ui/table.tsx';

export function View() {
  const { from, to } = days.value;
  const select = selected();
  const asked = new URLSearchParams({ from, date: to, ...(select === undefined ? {} : { select }) });
  const { wrong, answer } = splitProblem(useAnswer<ReportAnswer>(`/api/mill/report?${asked}`));
  // Which error a day failed by is asked for beside it: without that the days are there all the same.
  const failures = useAnswer<FailuresAnswer>(`/api/mill/failures?from=${from}&to=${to}`);
  if (wrong !== undefined) return <SelectBox wrong={wrong} />;
  return (
    <>
      <SelectBox />
      <Panel title="Report" answer={answer} command={commandLine('report', { date: to, from, select })}>
        {(report) =>
          report.expected === 0 ? (
            <Empty what="No computation is selected">
              <p>Empty the box above for all of them.</p>
            </Empty>
          ) : (
            <>
              <Sums report={report} />
              <Table
                label="Days"
                rows={dayRows(report, failures.data?.groups)}
                keyOf={({ day }) => day.date}
                rowClass={({ sum, cells }) => (sum === cells ? undefined : 'wrong')}
                columns={COLUMNS}
              />
              <Partial rows={report.partial} />
            </>
          )
        }
      </Panel>
    </>
  );
}

/** Whether it adds up, all days together, and what has to be known beside that. */
function Sums({ report }: { readonly report: ReportAnswer }) {
  const { counted: found, expected, discrepancies, loads, missing, waiting, failedEntities } = report;
  const totals = totalsOf(report.days);
  return (
    <>
      <p class="lead sums">
        {STANDS.filter((stand) => totals[stand] > 0).map((stand) => (
          <span key={stand} class="stand">
            <Mark state={stand} />
            {count(totals[stand])} {STAND_MARKS[stand].word}
          </span>
        ))}
        <span class={found === expected && discrepancies.length === 0 ? 'good' : 'bad'}>
          {found === expected
            ? `= ${counted(expected, 'cell')}`
            : `≠ ${counted(expected, 'cell')}, but ${count(found)}`}
        </span>
      </p>
      {discrepancies.length === 0 ? null : (
        <div class="note warning" role="alert">
          <h3>It does not add up: this is a mistake of Daymill’s</h3>
          <ul class="notes">
            {discrepancies.map(({ computation, missing: none, twice }) => (
              <li key={computation}>
                {computation}: {none.length === 0 ? '' : `in no state on ${some(none)}`}
                {none.length > 0 && twice.length > 0 ? '; ' : ''}
                {twice.length === 0 ? '' : `in two on ${some(twice)}`}
              </li>
            ))}
          </ul>
        </div>
      )}
      <ul class="notes">
        {loads.map((load) => (
          <li key={`${load.dataset} ${load.again}`}>{describeLoad(load)} The counts are of after that.</li>
        ))}
        {missing.map(({ dataset, days: none }) => (
          <li key={dataset}>
            {dataset} has no data on {some(none)}, and should have: see <a href={linkTo('/data')}>root data</a>.
          </li>
        ))}
        {waiting.map(({ dataset, days: held }) => (
          <li key={dataset}>
            {dataset} is not whole yet on {some(held)}.
          </li>
        ))}
        {failedEntities === 0 ? null : (
          <li>
            {count(failedEntities)} {failedEntities === 1 ? 'entity' : 'entities'} failed in results that are there.
          </li>
        )}
      </ul>
    </>
  );
}

/** Days that a line names. */
const NAMED = 5;
const some = (dates: readonly string[]): string =>
  dates.length <= NAMED
    ? dates.join(', ')
    : `${dates.slice(0, NAMED).join(', ')} and ${count(dates.length - NAMED)} more`;

const ofStand = (stand: Stand): Column<DayRow> => ({
  name: STAND_MARKS[stand].word,
  cell: ({ day }) => {
    const cells = day[stand];
    if (cells === 0) return <span class="quiet">·</span>;
    return stand === 'failed' ? <span class="bad">{count(cells)}</span> : count(cells);
  },
  by: ({ day }) => day[stand],
  isNumber: true,
});

const COLUMNS: readonly Column<DayRow>[] = [
  {
    name: 'Day',
    cell: ({ day: { date } }) => (
      <a href={linkTo('/', { from: date, to: date })} title="This day on the grid">
        {date}
      </a>
    ),
    by: ({ day }) => day.date,
  },
  { name: 'How it stands', cell: ({ day }) => <DayBar day={day} /> },
  ...STANDS.map(ofStand),
  {
    name: '= cells',
    cell: ({ sum, cells }) =>
      sum === cells ? count(cells) : <strong class="bad">{`${count(sum)} ≠ ${count(cells)}`}</strong>,
    by: ({ sum }) => sum,
    isNumber: true,
  },
  {
    name: 'First failure',
    cell: ({ failure }) =>
      failure === undefined ? null : (
        <a class="first-failure" href={linkTo('/failures', { open: failure.fingerprint })} title={failure.message}>
          {failure.code}: {failure.message.split('\n')[0]}
        </a>
      ),
  },
];
