/** Root data: which days of each dataset are there, which wait, which are missing. */
import type { DataAnswer } from '../../mill/answers/data.ts';
import { useAnswer } from '../data/answer.ts';
import { days as shownDays } from '../data/project.ts';
import '../data-days/data-days.css';
import { type DataDay, type DataState, totalsOf } from '../data-days/strip.ts';
import { LOOKS, Strip } from '../data-days/strip.tsx';
import { linkTo, query, setQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { ago, counted, time } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Mark } from '../ui/stand.tsx';

const STATES = Object.keys(LOOKS) as DataState[];

export function View() {
  const { from, to } = shownDays.value;
  const answer = useAnswer<DataAnswer>(`/api/mill/data?from=${from}&to=${to}`);
  return (
    <Panel title="Root data" answer={answer}>
      {({ datasets }) =>
        datasets.length === 0 ? (
          <Empty what="This project has no dataset">
            <p>
              <code>defineDataset</code> says what the rows of one are, and <code>npx daymill load</code> takes files of
              them in.
            </p>
          </Empty>
        ) : (
          <>
            <p class="legend quiet">
              {STATES.map((state) => (
                <span key={state} class="stand">
                  <Mark state={LOOKS[state].as} />
                  {LOOKS[state].word}
                </span>
              ))}
              <span>empty: none is expected</span>
            </p>
            <div class="ruler">
              <span>{from}</span>
              <span>{to}</span>
            </div>
            {datasets.map(({ dataset, days }) => (
              <Dataset key={dataset} dataset={dataset} days={days} from={from} to={to} />
            ))}
          </>
        )
      }
    </Panel>
  );
}

interface Props {
  readonly dataset: string;
  readonly days: readonly DataDay[];
  readonly from: string;
  readonly to: string;
}

function Dataset({ dataset, days, from, to }: Props) {
  const [name, date] = (query.value.get('day') ?? '').split('@');
  const chosen = name === dataset ? date : undefined;
  const { rows, loadedMs, ...totals } = totalsOf(days);
  return (
    <section class="dataset">
      <h3>
        <span>{dataset}</span>
        {STATES.filter((state) => totals[state] > 0).map((state) => (
          <span key={state} class={state === 'missing' ? 'bad' : undefined}>
            {counted(totals[state], 'day')} {state}
          </span>
        ))}
        <span class="quiet">
          {rows === 0 ? '' : counted(rows, 'row')}
          {loadedMs === undefined ? '' : `${rows === 0 ? '' : ', '}last loaded ${ago(loadedMs)}`}
        </span>
      </h3>
      <Strip
        dataset={dataset}
        days={days}
        from={from}
        to={to}
        chosen={chosen}
        onChoose={(at) => setQuery({ day: chosen === at ? undefined : `${dataset}@${at}` })}
      />
      {chosen === undefined ? null : (
        <Day dataset={dataset} date={chosen} day={days.find((one) => one.date === chosen)} />
      )}
    </section>
  );
}

function Day({
  dataset,
  date,
  day,
}: {
  readonly dataset: string;
  readonly date: string;
  readonly day: DataDay | undefined;
}) {
  const { state, waitsFor, rows, loadedMs } = day ?? {};
  return (
    <>
      <p role="status">
        <strong>{date}</strong>: {state === undefined ? `no data is expected of ${dataset}` : LOOKS[state].word}
        {rows === undefined ? '' : `, ${counted(rows, 'row')}`}
        {waitsFor === undefined ? '' : `: it waits for ${waitsFor}`}
        {loadedMs === undefined ? '' : `, loaded ${time(loadedMs)} (${ago(loadedMs)})`}.{' '}
        <a href={linkTo('/', { from: date, to: date })}>This day on the grid</a>
      </p>
      {state === 'missing' || state === 'waiting' ? <Command text={`npx daymill load ${dataset} FILE`} /> : null}
    </>
  );
}
