/** One expression: its box, what is wrong with it, and what it comes to, by itself. */
import { useMemo } from 'preact/hooks';
import { useAnswer } from '../data/answer.ts';
import type { Problem } from '../data/problem.ts';
import { project } from '../data/project.ts';
import { linkTo, query } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { count, counted, millis } from '../ui/format.ts';
import { CellLink } from '../ui/links.tsx';
import { ProblemNote } from '../ui/note.tsx';
import { Box } from './box.tsx';
import { crosshair } from './cursor.ts';
import { curlGet } from './curl.ts';
import { computationIn } from './derived.ts';
import { type Metadata, type MetricInfo, unitOf } from './figures.ts';
import { hiddenIn, Legend } from './legend.tsx';
import { Lines, MAX_LINES } from './lines.tsx';
import { placeOf } from './place.ts';
import { isoOf } from './range.ts';
import { type Grid, type QueryAnswer, type Row, rowsOf } from './series.ts';
import { caller, urlOf, useKept } from './use.ts';
import { Values } from './values.tsx';

/** Series of an answer: nobody reads more, and what is left out is said. */
const LIMIT = 1_000;

export const SHOWN = ['plot', 'table', 'value'] as const;
export type Shown = (typeof SHOWN)[number];

interface Props {
  readonly expression: string;
  readonly number: number;
  readonly grid: Grid;
  readonly shown: Shown;
  readonly metadata: Metadata;
  readonly onRun: (text: string) => void;
  readonly onRemove?: () => void;
}

interface Taken extends QueryAnswer {
  readonly grid: Grid;
}

export function Expression({ expression, number, grid, shown, metadata, onRun, onRemove }: Props) {
  const isInstant = shown === 'value' || grid.startMs === grid.endMs;
  const path = isInstant ? '/api/v1/query' : '/api/v1/query_range';
  const { startMs, endMs, stepMs } = grid;
  const when = isInstant
    ? { time: isoOf(endMs) }
    : { start: isoOf(startMs), end: isoOf(endMs), step: String(stepMs / 1_000) };
  const parameters = { query: expression, ...when };
  const url = expression === '' ? undefined : urlOf(path, { ...parameters, limit: String(LIMIT), stats: 'all' });
  const asked = useAnswer<Taken>(url, async (response) => ({ ...((await response.json()) as QueryAnswer), grid }));
  const answer = useKept(asked, `${path} ${expression}`);
  return (
    <section class="panel expression" aria-label={`Expression ${number}`} aria-busy={answer.isLoading}>
      <div class="split">
        <Box text={expression} number={number} metadata={metadata} onRun={onRun} />
        {onRemove === undefined ? null : (
          <button type="button" class="plain" aria-label={`Remove expression ${number}`} onClick={onRemove}>
            ✕
          </button>
        )}
      </div>
      {answer.problem === undefined ? null : <Refused problem={answer.problem} expression={expression} />}
      {answer.data === undefined ? (
        url !== undefined && answer.problem === undefined ? (
          <p class="quiet wait">Asking…</p>
        ) : null
      ) : answer.problem === undefined || answer.problem.status === 0 ? (
        <Result answer={answer.data} {...{ expression, number, metadata }} isPlot={shown === 'plot' && !isInstant} />
      ) : null}
      {url === undefined ? null : (
        <p class="quiet foot">
          <Command text={curlGet(caller(), path, parameters)} />
        </p>
      )}
    </section>
  );
}

/** Of the limits, as the server names them. */
const BOUND = /\bmax_\w+|maximum resolution/;

/** What the server says of it, and the place that it says it of. */
function Refused({ problem, expression }: { readonly problem: Problem; readonly expression: string }) {
  const place = problem.code === 'bad_data' ? placeOf(problem.detail, expression) : undefined;
  if (place !== undefined)
    return (
      <div class="note warning" role="alert">
        <p>{place.message}</p>
        <pre class="at-fault">
          {place.before}
          <mark>{place.at}</mark>
          {place.after}
        </pre>
      </div>
    );
  if (['bad_data', 'execution', 'timeout'].includes(problem.code))
    return (
      <div class="note warning" role="alert">
        <h3>{problem.code === 'timeout' ? 'It takes too long' : 'It cannot be answered so'}</h3>
        <p>{problem.detail}</p>
        {problem.code === 'timeout' || BOUND.test(problem.detail) ? (
          <p>
            Fewer series or a shorter range ask for less. <a href={linkTo('/limits')}>What is allowed</a>
          </p>
        ) : null}
      </div>
    );
  return <ProblemNote problem={problem} what="The answer" />;
}

interface ResultProps {
  readonly answer: Taken;
  readonly expression: string;
  readonly number: number;
  readonly metadata: Metadata;
  readonly isPlot: boolean;
}

function Result({ answer, expression, number, metadata, isPlot }: ResultProps) {
  const rows = useMemo(() => rowsOf(answer), [answer]);
  const measured = unitOf(expression, metadata);
  const hidden = hiddenIn(query.value);
  if (answer.data.resultType === 'string') return <pre>{answer.data.result[1]}</pre>;
  return (
    <>
      {rows.length === 0 ? (
        <p class="note">
          Nothing in this time: it is a good expression, and no sample fits it. Ctrl-Space in the box names what there
          is.
        </p>
      ) : isPlot ? (
        <Lines
          rows={rows}
          grid={answer.grid}
          {...{ measured, hidden }}
          label={`${expression}: ${count(rows.length)} series`}
        />
      ) : (
        <Values rows={rows} measured={measured} number={number} />
      )}
      <Said answer={answer} rows={rows} isPlot={isPlot} info={metadata[expression.trim()]?.[0]} />
      <DerivedLink expression={expression} rows={rows} endMs={answer.grid.endMs} />
      {isPlot && rows.length > 0 ? <Legend rows={rows} drawn={MAX_LINES} {...{ hidden, measured }} /> : null}
    </>
  );
}

/** Counts, and whatever the server has to say beside the answer. */
function Said({
  answer: { data, warnings = [], infos = [], grid },
  rows,
  isPlot,
  info,
}: {
  readonly answer: Taken;
  readonly rows: readonly Row[];
  readonly isPlot: boolean;
  readonly info: MetricInfo | undefined;
}) {
  const points = rows.reduce((sum, { values }) => sum + values.length, 0);
  const { stats } = data;
  return (
    <div class="quiet explore-said">
      {info === undefined ? null : (
        <span>
          {info.type}
          {info.help === '' ? '' : `: ${info.help}`}
        </span>
      )}
      <span>{count(rows.length)} series</span>
      <span>{counted(points, 'point')}</span>
      {grid.startMs === grid.endMs || !isPlot ? null : <span>a point every {millis(grid.stepMs)}</span>}
      {stats === undefined ? null : (
        <>
          <span>{counted(stats.samples.totalQueryableSamples, 'sample')} read</span>
          <span>took {millis(stats.timings.evalTotalTime * 1_000)}</span>
        </>
      )}
      {isPlot && rows.length > MAX_LINES ? <strong>The first {MAX_LINES} are drawn.</strong> : null}
      {[...warnings, ...infos].map((text) => (
        <strong key={text}>
          {text === TRUNCATED ? `Only the first ${count(LIMIT)} series: narrow them down.` : text}
        </strong>
      ))}
    </div>
  );
}

const TRUNCATED = 'results truncated due to limit';

/** A series that a computation made is of a cell each day. */
function DerivedLink({
  expression,
  rows,
  endMs,
}: {
  readonly expression: string;
  readonly rows: readonly Row[];
  readonly endMs: number;
}) {
  const names = (project.value?.computations ?? []).map(({ name }) => name);
  const text = `${expression} ${rows[0]?.metric['__name__'] ?? ''}`;
  const computation = computationIn(text, names);
  if (computation === undefined) return null;
  const lastMs = (rows[0]?.values.at(-1)?.[0] ?? endMs / 1_000) * 1_000;
  const at = crosshair.value === undefined ? lastMs : crosshair.value * 1_000;
  return (
    <p>
      The day's cell, where the crosshair is: <CellLink computation={computation} date={isoOf(at).slice(0, 10)} />
    </p>
  );
}
