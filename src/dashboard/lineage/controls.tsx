/** What of the graph is shown, and on which day. */
import { useEffect } from 'preact/hooks';
import { days } from '../data/project.ts';
import { bindKeys } from '../shell/keys.ts';
import { query, setQuery } from '../shell/location.ts';
import { addDays, daysBetween } from '../ui/days.ts';

/** Steps up and down when none are said: more is rarely read, and freezes a large graph. */
const DEPTH = 1;
const MOST = 20;

export function depthOf(text: string | null): number {
  const depth = Number(text ?? DEPTH);
  return Number.isInteger(depth) && depth >= 0 ? Math.min(depth, MOST) : DEPTH;
}

interface Props {
  readonly computation: string;
  readonly select: string;
  readonly depth: number;
  readonly day: string;
}

export function Controls({ computation, select, depth, day }: Props) {
  const isSelected = query.value.get('select') !== null;
  const deeper = (step: number) => () =>
    setQuery({ depth: String(depth + step), select: undefined, view: undefined }, { replace: false });
  return (
    <div class="controls">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget).get('select');
          setQuery(
            { select: typeof typed === 'string' ? typed.trim() : '', view: undefined, node: undefined },
            { replace: false },
          );
        }}
      >
        <input
          class="select mono"
          type="text"
          name="select"
          data-filter
          key={select}
          defaultValue={select}
          aria-label="Selection"
          placeholder="+regime, 2+rsi-14+1, category:airports"
          title="name, air*, +name with what it reads, name+ with what reads it, 2+name+1 so many steps, @name, category:…, tag:…, dataset:…; a space adds, a comma keeps what both have, !name takes away"
        />
        <button type="submit">Show</button>
        {isSelected ? (
          <button type="button" onClick={() => setQuery({ select: undefined, view: undefined }, { replace: false })}>
            {computation === '' ? 'All' : 'Neighbours'}
          </button>
        ) : null}
      </form>
      {computation === '' || isSelected ? null : (
        <span>
          <span class="quiet">steps </span>
          <button type="button" aria-label="A step less (-)" disabled={depth === 0} onClick={deeper(-1)}>
            −
          </button>{' '}
          {depth}{' '}
          <button type="button" aria-label="A step further (+)" disabled={depth === MOST} onClick={deeper(1)}>
            +
          </button>
        </span>
      )}
      <Day day={day} />
      {query.value.get('view') === null ? null : (
        <button type="button" onClick={() => setQuery({ view: undefined })}>
          Fit
        </button>
      )}
    </div>
  );
}

/** Only colours change with it: what is looked at stays where it is. */
function Day({ day }: { readonly day: string }) {
  const { from, to } = days.value;
  const last = daysBetween(from, to);
  const at = Math.min(last, Math.max(0, daysBetween(from, day)));
  const set = (index: number): void => {
    if (index >= 0 && index <= last) setQuery({ date: addDays(from, index) });
  };
  useEffect(
    () =>
      bindKeys([
        { keys: '[', does: 'the day before', run: () => set(at - 1) },
        { keys: ']', does: 'the day after', run: () => set(at + 1) },
      ]),
    [at, from, to],
  );
  return (
    <label class="day">
      <span class="quiet">day</span>
      <input
        type="range"
        min="0"
        max={String(last)}
        value={String(at)}
        aria-valuetext={day}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
      <output>{day}</output>
    </label>
  );
}
