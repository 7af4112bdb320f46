/** Skips that were checked: how many, how many were wrong, and which computations have lost the right to skip. */
import type { AuditsAnswer } from '../../mill/answers/audits.ts';
import type { ReportAnswer } from '../../mill/answers/report.ts';
import { useAnswer } from '../data/answer.ts';
import { days } from '../data/project.ts';
import { linkTo } from '../shell/location.ts';
import { commandLine } from '../ui/command-line.ts';
import { count, counted, percent } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';

export function View() {
  const { from, to } = days.value;
  const report = useAnswer<ReportAnswer>(`/api/mill/report?from=${from}&date=${to}`);
  const each = useAnswer<AuditsAnswer>('/api/mill/audits');
  return (
    <>
      <Panel title="Audits" answer={report} command={commandLine('report', { date: to, from })}>
        {({ audits, skipped }) => <Checked audits={audits} skipped={skipped} />}
      </Panel>
      <Panel title="By computation" answer={each}>
        {({ computations, distrusted }) => (
          <>
            {computations.length === 0 ? (
              <p class="quiet">No skip of any computation has been checked yet.</p>
            ) : (
              <Each rows={computations} />
            )}
            <Distrusted rows={distrusted} />
          </>
        )}
      </Panel>
    </>
  );
}

function Checked({ audits, skipped }: Pick<ReportAnswer, 'audits' | 'skipped'>) {
  if (audits === undefined)
    return (
      <Empty what="No skip has been checked yet">
        <p>
          {counted(skipped, 'cell')} {skipped === 1 ? 'rests' : 'rest'}. After each run some of what it spared is made
          again in shadow, and a few settled cells every night: see the <a href={linkTo('/plan')}>plan’s watch</a>.
        </p>
      </Empty>
    );
  const { checked, wrong, atMost, since } = audits;
  return (
    <p class="lead">
      <strong class={wrong === 0 ? 'good' : 'bad'}>
        {wrong === 0 ? 'No skip was wrong' : `${counted(wrong, 'skip')} ${wrong === 1 ? 'was' : 'were'} wrong`}
      </strong>{' '}
      of {count(checked)} that were made again in shadow{since === undefined ? '' : ` since ${since}`}. With a
      confidence of 95 %, at most {percent(atMost)} of all skips are wrong; {counted(skipped, 'cell')} rest now.
    </p>
  );
}

function Distrusted({ rows }: { readonly rows: AuditsAnswer['distrusted'] }) {
  if (rows.length === 0) return <p class="quiet">Every computation has the right to skip.</p>;
  return (
    <>
      <h3 class="after">Not trusted</h3>
      <p class="quiet">
        They may give another result from the same inputs: no proof and no early cutoff spares them a run, until their
        code changes.
      </p>
      <Table
        label="Computations that are not trusted"
        rows={rows}
        keyOf={({ computation }) => computation}
        sortName="distrusted"
        columns={[
          {
            name: 'Computation',
            cell: ({ computation }) => (
              <a href={linkTo(`/lineage/${encodeURIComponent(computation)}`)}>{computation}</a>
            ),
            by: ({ computation }) => computation,
          },
          { name: 'What was seen', cell: ({ text }) => text, isWide: true },
        ]}
      />
    </>
  );
}

const Each = ({ rows }: { readonly rows: AuditsAnswer['computations'] }) => (
  <Table
    label="Audits by computation"
    rows={rows}
    keyOf={({ computation }) => computation}
    columns={[
      { name: 'Computation', cell: ({ computation }) => computation, by: ({ computation }) => computation },
      { name: 'Checked', cell: ({ checked }) => count(checked), by: ({ checked }) => checked, isNumber: true },
      {
        name: 'Wrong',
        cell: ({ wrong }) => (wrong === 0 ? '0' : <span class="bad">{count(wrong)}</span>),
        by: ({ wrong }) => wrong,
        isNumber: true,
      },
      { name: 'At most', cell: ({ atMost }) => percent(atMost), by: ({ atMost }) => atMost, isNumber: true },
      { name: 'Since', cell: ({ since = '' }) => since, by: ({ since = '' }) => since },
    ]}
  />
);
