/** PromQL: expressions, as plots with one crosshair, as tables, as values of a moment. */
import { useAnswer } from '../data/answer.ts';
import { go, path, query, setQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { curlSend } from '../explore/curl.ts';
import { Expression, SHOWN, type Shown } from '../explore/expression.tsx';
import type { Metadata } from '../explore/figures.ts';
import { aligned, rangeOf, stepOf } from '../explore/range.ts';
import { RangeBar } from '../explore/range-bar.tsx';
import { caller, urlOf, useNow, useWidth } from '../explore/use.ts';
import '../explore/explore.css';

/** Of a moment, in ms: how often what is now is asked for again. */
const MOMENT_MS = 5_000;

/** Boxes of a page. */
const MAX_EXPRESSIONS = 10;

/** Metrics that an empty page offers. */
const OFFERED = 40;

function setExpressions(expressions: readonly string[]): void {
  const params = new URLSearchParams(query.value);
  params.delete('q');
  for (const text of expressions) params.append('q', text);
  go(`${path.value}?${params.toString()}`);
}

export function View() {
  const width = useWidth();
  const spanned = rangeOf(query.value, 0);
  const stepMs = spanned.startMs === spanned.endMs ? MOMENT_MS : stepOf(spanned, width);
  const range = aligned(rangeOf(query.value, useNow(stepMs)), stepMs);
  const metadata = useAnswer<{ readonly data: Metadata }>(urlOf('/api/v1/metadata')).data?.data ?? {};
  const expressions = query.value.getAll('q');
  const boxes = expressions.length === 0 ? [''] : expressions;
  const shown = SHOWN.find((one) => one === query.value.get('show')) ?? 'plot';
  const change = (at: number, text: string | undefined): void =>
    setExpressions(boxes.flatMap((one, index) => (index !== at ? [one] : text === undefined ? [] : [text.trim()])));
  return (
    <div class="explore">
      <div class="split">
        <h1>Explore</h1>
        <ShownBar shown={shown} isMoment={range.startMs === range.endMs} />
      </div>
      <RangeBar range={range} otherwise="1h" />
      {boxes.map((expression, index) => (
        <Expression
          key={index}
          number={index + 1}
          {...{ expression, shown, metadata }}
          grid={{ ...range, stepMs }}
          onRun={(text) => change(index, text)}
          {...(boxes.length > 1 ? { onRemove: () => change(index, undefined) } : {})}
        />
      ))}
      <p class="quiet">
        {boxes.length < MAX_EXPRESSIONS && boxes.at(-1) !== '' ? (
          <button type="button" onClick={() => setExpressions([...boxes, ''])}>
            One more expression
          </button>
        ) : null}{' '}
        <kbd>Enter</kbd> runs, <kbd>Shift Enter</kbd> is a new line, <kbd>Ctrl Space</kbd> completes. Drag on a plot to
        zoom, double click to go back.
      </p>
      {expressions.some((text) => text !== '') ? null : <Offered metadata={metadata} />}
    </div>
  );
}

function ShownBar({ shown, isMoment }: { readonly shown: Shown; readonly isMoment: boolean }) {
  if (isMoment) return <span class="quiet">Of one moment there are values.</span>;
  return (
    <div class="ranges" role="group" aria-label="Shown as">
      {SHOWN.map((one) => (
        <button key={one} type="button" aria-pressed={one === shown} onClick={() => setQuery({ show: one })}>
          {{ plot: 'Plot', table: 'Table', value: 'Value' }[one]}
        </button>
      ))}
    </div>
  );
}

const isCounter = (name: string, metadata: Metadata): boolean =>
  metadata[name]?.[0]?.type === 'counter' || /_(?:total|count|sum|bucket)$/.test(name);

/** What there is to begin with. */
function Offered({ metadata }: { readonly metadata: Metadata }) {
  const answer = useAnswer<{ readonly data: readonly string[] }>(urlOf('/api/v1/label/__name__/values'));
  return (
    <Panel title="Metrics of the last day" answer={answer}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty what="No samples of the last day">
            <p>Prometheus sends them by remote write, OpenTelemetry by OTLP, a shell like this:</p>
            <Command text={curlSend(caller(), '/api/v1/import/prometheus', 'queue_length{queue="mail"} 42\n')} />
          </Empty>
        ) : (
          <ul class="offered">
            {data.slice(0, OFFERED).map((name) => (
              <li key={name}>
                <button
                  type="button"
                  class="plain"
                  onClick={() => setExpressions([isCounter(name, metadata) ? `rate(${name}[5m])` : name])}
                >
                  <code>{name}</code>
                </button>
                <span class="quiet">
                  {metadata[name]?.[0]?.type} {metadata[name]?.[0]?.help}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Panel>
  );
}
