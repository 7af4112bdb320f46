/** What was refused of what was sent, and why: looked at, sent again, or dropped. */
import { useAnswer } from '../data/answer.ts';
import { project } from '../data/project.ts';
import { query, setQuery, withQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { count, counted, time } from '../ui/format.ts';
import { Empty, ProblemNote } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';
import { curlSend, quoted } from '../explore/curl.ts';
import { CODE_WORDS, codeCounts, itemsOf, type Letter, type WholeLetter } from '../explore/letters.ts';
import { Json } from '../explore/raw.tsx';
import { caller, urlOf, useRefresh } from '../explore/use.ts';
import '../explore/explore.css';

/** As many as the API answers at once: the oldest. */
const LISTED = 1_000;

/** Items of a letter that are shown: it keeps up to a thousand. */
const ITEMS = 50;

/** How often it is asked for again, in ms. */
const REFRESH_MS = 30_000;

const PATH = '/api/metrics/dead-letters';

export function View() {
  useRefresh(REFRESH_MS);
  const answer = useAnswer<{ readonly deadLetters: readonly Letter[] }>(urlOf(PATH, { limit: String(LISTED) }));
  const code = query.value.get('code') ?? undefined;
  const organization = quoted(project.value?.organization ?? 'demo');
  return (
    <>
      <h1>Rejected</h1>
      <Panel title="By reason" answer={answer} command={`npx daymill dead-letters list --org ${organization}`}>
        {({ deadLetters }) =>
          deadLetters.length === 0 ? (
            <Empty what="Nothing was refused">
              <p>
                What is refused of a request is kept here, whole, until somebody sends it again or drops it. To see one:
              </p>
              <Command text={curlSend(caller(), '/api/metrics/commands', [{ command_name: 'build' }])} />
            </Empty>
          ) : (
            <Table
              label="By reason"
              rows={codeCounts(deadLetters)}
              keyOf={(row) => row.code}
              onRow={(row) => setQuery({ code: row.code === code ? undefined : row.code })}
              rowClass={(row) => (row.code === code ? 'chosen' : undefined)}
              sortName="codes"
              columns={[
                {
                  name: 'Reason',
                  cell: (row) => <a href={withQuery({ code: row.code === code ? undefined : row.code })}>{row.code}</a>,
                  by: (row) => row.code,
                },
                { name: 'Which is', cell: (row) => <span class="quiet">{CODE_WORDS[row.code]}</span> },
                { name: 'Items', cell: ({ items }) => count(items), by: ({ items }) => items, isNumber: true },
                {
                  name: 'Requests',
                  cell: ({ letters }) => count(letters),
                  by: ({ letters }) => letters,
                  isNumber: true,
                },
                { name: 'Last', cell: ({ lastAt }) => time(lastAt), by: ({ lastAt }) => lastAt },
              ]}
            />
          )
        }
      </Panel>
      {(answer.data?.deadLetters.length ?? 0) === 0 ? null : (
        <Letters letters={answer.data?.deadLetters ?? []} code={code} />
      )}
    </>
  );
}

function Letters({ letters, code }: { readonly letters: readonly Letter[]; readonly code: string | undefined }) {
  const id = query.value.get('id') ?? undefined;
  const fitting = letters.filter(({ counts }) => code === undefined || counts[code] !== undefined).toReversed();
  return (
    <section class="panel">
      <div class="split">
        <h2>Requests{code === undefined ? '' : ` with ${code}`}</h2>
        <span class="quiet">
          {counted(fitting.length, 'request')}, newest first
          {letters.length === LISTED ? `; of the oldest ${count(LISTED)}` : ''}
        </span>
      </div>
      <div class={id === undefined ? undefined : 'with-aside wide'}>
        <Table
          label="Requests"
          rows={fitting}
          keyOf={(row) => row.id}
          onRow={(row) => setQuery({ id: row.id === id ? undefined : row.id })}
          rowClass={(row) => (row.id === id ? 'chosen' : undefined)}
          columns={[
            {
              name: 'Received',
              cell: (row) => <a href={withQuery({ id: row.id })}>{time(row.receivedAt)}</a>,
              by: ({ receivedAt }) => receivedAt,
            },
            { name: 'Route', cell: ({ route }) => <code>{route}</code>, by: ({ route }) => route },
            { name: 'Items', cell: (row) => count(itemsOf(row)), by: itemsOf, isNumber: true },
            {
              name: 'Refused for',
              cell: ({ counts }) =>
                Object.entries(counts)
                  .map(([name, many]) => (many === 1 ? name : `${name} × ${count(many)}`))
                  .join(', '),
            },
          ]}
        />
        {id === undefined ? null : <Open id={id} code={code} />}
      </div>
    </section>
  );
}

function Open({ id, code }: { readonly id: string; readonly code: string | undefined }) {
  const { data, problem } = useAnswer<WholeLetter>(urlOf(`${PATH}/${encodeURIComponent(id)}`));
  return (
    <aside class="note details" aria-label="A refused request">
      <div class="split">
        <h2>{data === undefined ? id : data.route}</h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => setQuery({ id: undefined })}>
          ✕
        </button>
      </div>
      {problem === undefined ? null : <ProblemNote problem={problem} what="The letter" />}
      {data === undefined ? (
        problem === undefined ? (
          <p class="quiet">Asking…</p>
        ) : null
      ) : (
        <Whole letter={data} code={code} />
      )}
    </aside>
  );
}

function Whole({ letter, code }: { readonly letter: WholeLetter; readonly code: string | undefined }) {
  const { id, items, droppedItems } = letter;
  const shown = items.filter((item) => code === undefined || item.code === code);
  const again = items.filter(({ item }) => item !== undefined).length;
  const organization = quoted(project.value?.organization ?? 'demo');
  return (
    <>
      <p>
        {again === 0
          ? 'Nothing of it can be sent again.'
          : `Mended what was wrong? This sends ${counted(again, 'item')} again; what is refused again is a letter of its own:`}
      </p>
      {again === 0 ? null : <Command text={`npx daymill dead-letters replay ${id} --org ${organization}`} />}
      <p>Or it is dropped:</p>
      <Command text={`npx daymill dead-letters drop ${id} --org ${organization}`} />
      {shown.slice(0, ITEMS).map(({ index, code: own, reason, item, count: many = 1 }) => (
        <section key={`${index} ${own}`} class="item">
          <h3>
            Item {index}: {own} {many > 1 ? <span class="quiet">stands for {count(many)}</span> : null}
          </h3>
          <p>{reason}</p>
          {item === undefined ? <p class="quiet">It could not be kept as an item.</p> : <Json value={item} />}
        </section>
      ))}
      {shown.length > ITEMS ? <p class="quiet">and {count(shown.length - ITEMS)} more.</p> : null}
      {droppedItems > 0 ? <p class="quiet">{counted(droppedItems, 'item')} more were counted, and not kept.</p> : null}
    </>
  );
}
