/** An expression as it is typed: Enter runs it, Ctrl-Space completes it, and nothing comes up unasked. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { answerOf } from '../data/answer.ts';
import { type Choice, completed, ranked, type Wanted, wantedAt } from './complete.ts';
import type { Metadata } from './figures.ts';
import { urlOf } from './use.ts';
import { AGGREGATIONS, FUNCTIONS } from './words.ts';

interface Listed {
  readonly data: readonly string[];
}

interface Props {
  readonly text: string;
  /** Of the box among the others, from 1. */
  readonly number: number;
  readonly metadata: Metadata;
  readonly onRun: (text: string) => void;
}

interface Open {
  readonly wanted: Wanted;
  readonly choices: readonly Choice[];
  readonly chosen: number;
}

const quotedName = (metric: string): string | undefined => (metric === '' ? undefined : metric);

async function choicesFor(wanted: Wanted, metadata: Metadata): Promise<readonly Choice[]> {
  if (wanted.kind === 'name') {
    const { data } = await answerOf<Listed>(urlOf('/api/v1/label/__name__/values'));
    return [
      ...data.map((text) => metricChoice(text, metadata)),
      ...AGGREGATIONS.map((text) => ({ text, type: 'aggregation' })),
      ...FUNCTIONS.map((text) => ({ text, type: 'function' })),
    ];
  }
  const match = { 'match[]': quotedName(wanted.metric) };
  if (wanted.kind === 'label') {
    const { data } = await answerOf<Listed>(urlOf('/api/v1/labels', match));
    return data.filter((text) => text !== '__name__').map((text) => ({ text, type: 'label' }));
  }
  const { data } = await answerOf<Listed>(urlOf(`/api/v1/label/${encodeURIComponent(wanted.label)}/values`, match));
  return data.map((text) => ({ text, type: 'value' }));
}

/** Of a part of a histogram or summary that of the whole. */
function metricChoice(text: string, metadata: Metadata): Choice {
  const found = (metadata[text] ?? metadata[text.replace(/_(?:bucket|sum|count)$/, '')])?.[0];
  if (found === undefined) return { text, type: text.startsWith('daymill:') ? 'computed' : 'metric' };
  return { text, type: found.type, ...(found.help === '' ? {} : { help: found.help }) };
}

/** What is offered for the place of the caret, once it is asked for. */
function useCompletion(
  area: RefObject<HTMLTextAreaElement | null>,
  metadata: Metadata,
  setTyped: (text: string) => void,
) {
  const [open, setOpen] = useState<Open>();
  const [trouble, setTrouble] = useState('');
  const complete = async (): Promise<void> => {
    const element = area.current;
    const wanted = element === null ? undefined : wantedAt(element.value, element.selectionStart);
    if (wanted === undefined) return;
    setTrouble('');
    try {
      const choices = ranked(await choicesFor(wanted, metadata), wanted.prefix);
      if (choices.length === 0) setTrouble(`Nothing is known that begins with "${wanted.prefix}".`);
      setOpen(choices.length === 0 ? undefined : { wanted, choices, chosen: 0 });
    } catch {
      setTrouble('Names could not be had. What you type runs all the same.');
    }
  };
  const take = (choice: Choice | undefined): void => {
    const element = area.current;
    if (element === null || open === undefined || choice === undefined) return;
    const made = completed(element.value, element.selectionStart, open.wanted, choice);
    element.value = made.text;
    element.setSelectionRange(made.caret, made.caret);
    element.focus();
    setTyped(made.text);
    setOpen(undefined);
  };
  return { open, setOpen, trouble, complete, take };
}

export function Box({ text, number, metadata, onRun }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const { open, setOpen, trouble, complete, take } = useCompletion(area, metadata, setTyped);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey && event.code === 'Space') void complete();
    else if (open !== undefined && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setOpen({ ...open, chosen: (open.chosen + by + open.choices.length) % open.choices.length });
    } else if (open !== undefined && (event.key === 'Enter' || event.key === 'Tab')) take(open.choices[open.chosen]);
    else if (open !== undefined && event.key === 'Escape') setOpen(undefined);
    else if (event.key === 'Enter' && !event.shiftKey) onRun(typed);
    else return;
    event.preventDefault();
  };
  const list = `choices-${number}`;
  return (
    <div class="expression-box">
      <textarea
        ref={area}
        aria-label={`Expression ${number}`}
        aria-controls={open === undefined ? undefined : list}
        aria-autocomplete="list"
        aria-activedescendant={open === undefined ? undefined : `${list}-${open.chosen}`}
        data-filter={number === 1 ? '' : undefined}
        rows={Math.min(8, typed.split('\n').length)}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        placeholder="rate(http_requests_total[5m])"
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setOpen(undefined);
        }}
        onBlur={() => setOpen(undefined)}
        onKeyDown={onKeyDown}
      />
      <button type="button" onClick={() => onRun(typed)}>
        Run
      </button>
      {open === undefined ? null : <Choices id={list} open={open} take={take} />}
      {trouble === '' ? null : (
        <p class="quiet" role="status">
          {trouble}
        </p>
      )}
    </div>
  );
}

function Choices({
  id,
  open: { choices, chosen },
  take,
}: {
  readonly id: string;
  readonly open: Open;
  readonly take: (choice: Choice) => void;
}) {
  const place = useRef<HTMLUListElement>(null);
  useEffect(() => place.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen]);
  return (
    <ul id={id} class="choices" role="listbox" aria-label="What may stand here" ref={place}>
      {choices.map((choice, index) => (
        <li
          key={choice.text}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            take(choice);
          }}
        >
          <code>{choice.text}</code>
          <span class="quiet">
            {choice.type}
            {choice.help === undefined ? '' : ` · ${choice.help}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
