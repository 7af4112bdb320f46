/** The bar on top: whose numbers, which days, how fresh. Times are of UTC everywhere: here it is said, once. */
import { useEffect, useState } from 'preact/hooks';
import { connection, updatedMs } from '../data/answer.ts';
import { isPaused } from '../data/live.ts';
import { days, project } from '../data/project.ts';
import { linkTo, setQuery } from './location.ts';
import { openPalette } from './palette.tsx';
import { isKeyListOpen } from './key-list.tsx';
import { nextTheme, theme } from './theme.ts';

export function Header() {
  const told = project.value;
  return (
    <header class="top">
      <a class="brand" href={linkTo('/')}>
        <img src="/icon.svg" alt="" width="18" height="18" />
        {told?.name ?? 'Daymill'}
        {told === undefined ? null : <span class="tag">{told.target}</span>}
      </a>
      <DayRange />
      <Freshness />
      <span class="grow" />
      <Organization />
      <button type="button" class="find" onClick={openPalette}>
        Find <kbd>Ctrl K</kbd>
      </button>
      <button
        type="button"
        class="plain"
        aria-label={`Theme: ${theme.value}`}
        title={`Theme: ${theme.value} (t)`}
        onClick={nextTheme}
      >
        {{ system: '◐', light: '○', dark: '●' }[theme.value]}
      </button>
      <button
        type="button"
        class="plain"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => (isKeyListOpen.value = true)}
      >
        ?
      </button>
    </header>
  );
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** As everywhere in Daymill a day is written: a browser's own field writes it as its country does. */
function DayRange() {
  const { from, to } = days.value;
  const change = (name: 'from' | 'to') => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    if (DAY.test(value) && !Number.isNaN(Date.parse(value))) setQuery({ [name]: value }, { replace: false });
  };
  const field = {
    type: 'text',
    inputMode: 'numeric',
    maxLength: 10,
    size: 10,
    pattern: DAY.source,
    autoComplete: 'off',
  } as const;
  return (
    <fieldset class="days">
      <legend class="hidden">Days, both included, in UTC</legend>
      <input {...field} aria-label="First day" value={from} onChange={change('from')} />
      <span aria-hidden="true">–</span>
      <input {...field} aria-label="Last day" value={to} onChange={change('to')} />
      <span class="quiet" title="All days and times of this page are of UTC">
        UTC
      </span>
    </fieldset>
  );
}

const TICK_MS = 1_000;

/** How old what is shown is: it must never be guessed. */
function Freshness() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - updatedMs.value) / 1_000));
  const word = isPaused.value ? 'Paused' : connection.value === 'up' ? 'Live' : 'Not live';
  return (
    <button
      type="button"
      class={`fresh plain ${isPaused.value || connection.value !== 'up' ? 'off' : 'on'}`}
      title="Pause or resume live updates (p)"
      aria-pressed={isPaused.value}
      onClick={() => (isPaused.value = !isPaused.value)}
    >
      <i aria-hidden="true" />
      {word}
      <span class="quiet ago">{seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`}</span>
    </button>
  );
}

function Organization() {
  const told = project.value;
  if (told === undefined || told.organizations.length < 2) return null;
  const chosen = told.organization;
  return (
    <select aria-label="Organization" value={chosen} onChange={(event) => setQuery({ org: event.currentTarget.value })}>
      {told.organizations.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
