/** Ctrl-K: any computation, day, run, task, view or action by some of its letters. */
import { signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { days, project } from '../data/project.ts';
import { Dialog } from '../ui/dialog.tsx';
import { boundKeys } from './keys.ts';
import { go, linkTo, setQuery } from './location.ts';
import { ROUTES } from './routes.ts';

interface Entry {
  readonly kind: string;
  readonly text: string;
  readonly more?: string;
  readonly run: () => void;
}

const isOpen = signal(false);
export const openPalette = (): void => {
  isOpen.value = true;
};

/** Rows that are shown. */
const SHOWN = 12;

export function Palette() {
  return isOpen.value ? <Open /> : null;
}

function Open() {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  // Before the next key comes, which would be the page's.
  useLayoutEffect(() => input.current?.focus(), []);
  const found = find(text);
  const chosen = Math.min(at, found.length - 1);
  const take = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    isOpen.value = false;
    entry.run();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter') take(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find" isBare onClose={() => (isOpen.value = false)}>
      <input
        ref={input}
        class="palette"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={found.length === 0 ? undefined : `found-${chosen}`}
        placeholder="a computation, computation@2026-01-31, a day, a run, a view …"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="found" class="found" role="listbox" aria-label="Found">
        {found.map((entry, index) => (
          <li
            key={`${entry.kind} ${entry.text}`}
            id={`found-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => take(entry)}
          >
            <span class="quiet kind">{entry.kind}</span> {entry.text}
            {entry.more === undefined ? null : <span class="quiet"> {entry.more}</span>}
          </li>
        ))}
        {found.length === 0 ? (
          <li class="quiet">Nothing is called so. A cell is written computation@2026-01-31.</li>
        ) : null}
      </ul>
    </Dialog>
  );
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function find(text: string): Entry[] {
  const wanted = text.trim().toLowerCase();
  const exact = exactly(text.trim());
  const listed = all().filter((entry) => fits(wanted, `${entry.text} ${entry.more ?? ''}`.toLowerCase()));
  const rank = (entry: Entry): number => (entry.text.toLowerCase().startsWith(wanted) ? 0 : 1);
  return [...exact, ...listed.sort((a, b) => rank(a) - rank(b))].slice(0, SHOWN);
}

/** What is said whole: a cell, a day, the id of a run or a task. */
function exactly(text: string): Entry[] {
  const [computation = '', date = ''] = text.split('@');
  if (DAY.test(date))
    return [{ kind: 'cell', text, run: () => go(linkTo(`/cell/${encodeURIComponent(computation)}/${date}`)) }];
  if (DAY.test(text))
    return [
      { kind: 'day', text: `grid of ${text}`, run: () => go(linkTo('/', { from: text, to: text })) },
      { kind: 'day', text: `until ${text}`, run: () => setQuery({ to: text }) },
    ];
  if (/^run-[0-9a-f]+\./.test(text))
    return [{ kind: 'task', text, run: () => go(linkTo(`/tasks/${encodeURIComponent(text)}`)) }];
  if (/^run-[0-9a-f]{4,}$/.test(text)) return [{ kind: 'run', text, run: () => go(linkTo(`/runs/${text}`)) }];
  return [];
}

function all(): Entry[] {
  const { to } = days.value;
  return [
    ...(project.value?.computations ?? []).map(({ name, category }) => ({
      kind: 'computation',
      text: name,
      more: category,
      run: () => go(linkTo(`/cell/${encodeURIComponent(name)}/${to}`)),
    })),
    ...ROUTES.flatMap(({ group, title, about, path }) =>
      group === undefined
        ? []
        : [{ kind: 'view', text: title, ...(about === undefined ? {} : { more: about }), run: () => go(linkTo(path)) }],
    ),
    ...boundKeys()
      .filter(({ keys }) => !keys.startsWith('g '))
      .map(({ keys, does, run }) => ({ kind: 'action', text: does, more: keys, run })),
  ];
}

/** Whether its letters come in that order. */
function fits(wanted: string, text: string): boolean {
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
