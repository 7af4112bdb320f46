/** How a cell's result differs from that of another day. */
import type { DiffAnswer, Difference } from '../../mill/answers/diff.ts';
import { useAnswer } from '../data/answer.ts';
import { days } from '../data/project.ts';
import { useGrid } from '../grid/use-grid.ts';
import { query, setQuery } from '../shell/location.ts';
import { isDay } from '../ui/days.ts';
import { count } from '../ui/format.ts';
import { CellLink } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { because } from '../ui/stand-marks.ts';
import { earlierDay } from './earlier.ts';
import { Value } from './result.tsx';
import { moved, show } from './values.ts';

/** Differing values that are drawn. */
const DRAWN = 200;

export function Diff({ computation, date }: { readonly computation: string; readonly date: string }) {
  const chosen = query.value.get('against') ?? '';
  const { from, to } = days.value;
  const grid = useGrid(isDay(chosen) ? '' : from, to);
  const against = isDay(chosen) ? chosen : earlierDay(grid.data, computation, date);
  const isChosen = isDay(chosen) || grid.data !== undefined || grid.problem !== undefined;
  const answer = useAnswer<DiffAnswer>(
    against === date || !isChosen
      ? undefined
      : `/api/mill/diff/${encodeURIComponent(computation)}?from=${against}&to=${date}`,
  );
  const more = (
    <label>
      <span class="quiet">against </span>
      <input
        type="text"
        inputMode="numeric"
        size={10}
        maxLength={10}
        pattern="\d{4}-\d{2}-\d{2}"
        value={against}
        onChange={(event) =>
          setQuery({ against: isDay(event.currentTarget.value) ? event.currentTarget.value : undefined })
        }
      />
    </label>
  );
  const title = 'What differs';
  if (against === date)
    return (
      <section class="panel">
        <div class="split">
          <h2>{title}</h2>
          {more}
        </div>
        <p class="quiet">That is this day: choose another one.</p>
      </section>
    );
  return (
    <Panel
      title={title}
      answer={answer}
      more={more}
      command={`npx daymill diff ${computation} ${against} --with ${date}`}
    >
      {(diff) => <Told diff={diff} against={against} />}
    </Panel>
  );
}

function Told({ diff, against }: { readonly diff: DiffAnswer; readonly against: string }) {
  if ('missing' in diff)
    return (
      <Empty what={`Nothing to compare: ${diff.computation}@${diff.date} has no result`}>
        <p>{because(diff.missing.text)}. Choose another day.</p>
      </Empty>
    );
  if ('error' in diff)
    return (
      <p class="bad">
        {diff.error.code}: {diff.error.message}
      </p>
    );
  if (diff.identical)
    return (
      <p>
        The same result as <CellLink computation={diff.computation} date={against} />.
      </p>
    );
  return <Changes diff={diff} />;
}

function Changes({ diff }: { readonly diff: Difference }) {
  const rows = diff.differences.flatMap(({ entity, kind, changes }) =>
    changes.map((change) => ({ entity, kind, ...change })),
  );
  const isKeyed = rows.some(({ entity }) => entity !== undefined);
  return (
    <>
      {isKeyed ? (
        <p>
          {count(diff.changed)} changed, {count(diff.added)} came, {count(diff.removed)} went, {count(diff.same)} the
          same
          {diff.members.map(({ path, changed, deltas }) => (
            <span
              key={path}
              class="tag member"
              title={deltas === undefined ? undefined : `${deltas[0]} … ${deltas[1]}`}
            >
              {path === '' ? 'value' : path} {count(changed)}
              {deltas === undefined ? '' : ` (${moved(deltas[0])} … ${moved(deltas[1])})`}
            </span>
          ))}
        </p>
      ) : null}
      <div class="scroll tall" tabIndex={0} role="region" aria-label="Differing values">
        <table>
          <thead>
            <tr>
              {isKeyed ? <th scope="col">entity</th> : null}
              <th scope="col">value</th>
              <th scope="col" class="number">
                {diff.before?.date ?? 'before'}
              </th>
              <th scope="col" class="number">
                {diff.after.date}
              </th>
              <th scope="col" class="number">
                moved
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, DRAWN).map(({ entity, kind, path, before, after, delta }) => (
              <tr key={`${entity ?? ''} ${path}`}>
                {isKeyed ? <td>{entity}</td> : null}
                <td>
                  {path === '' ? (kind === 'changed' ? 'value' : { added: 'came', removed: 'went' }[kind]) : path}
                </td>
                <td class="number">
                  <Value value={before} />
                </td>
                <td class="number">
                  <Value value={after} />
                </td>
                <td class="number" title={delta === undefined ? undefined : show(delta).exact}>
                  {delta === undefined ? '' : moved(delta)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length <= DRAWN ? null : (
        <p class="quiet">
          The first {count(DRAWN)} of {count(rows.length)} values; the command line has all.
        </p>
      )}
    </>
  );
}
