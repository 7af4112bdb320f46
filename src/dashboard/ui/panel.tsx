/** A part of a view that is asked for by itself, waits by itself, and fails by itself. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Answer } from '../data/answer.ts';
import { Command } from './command.tsx';
import { ProblemNote } from './note.tsx';

interface Props<T> {
  readonly title: string;
  readonly answer: Answer<T>;
  /** What on the command line says the same. */
  readonly command?: string;
  /** Beside the title. */
  readonly more?: ComponentChildren;
  readonly children: (data: T) => ComponentChildren;
}

export function Panel<T>({ title, answer, command, more, children }: Props<T>) {
  const { data, problem, isLoading } = answer;
  // From day to day of a view what was shown stays until the next is there, paler: nothing jumps.
  const before = useRef<T>(undefined);
  if (data !== undefined) before.current = data;
  const shown = data ?? (problem === undefined ? before.current : undefined);
  const isBusy = isLoading && data === undefined;
  return (
    <section class={isBusy && shown !== undefined ? 'panel stale' : 'panel'} aria-busy={isBusy}>
      <div class="split">
        <h2>{title}</h2>
        <span class="more">{more}</span>
        {command === undefined ? null : <Command text={command} />}
      </div>
      {problem === undefined ? null : <ProblemNote problem={problem} what={title} />}
      {shown === undefined ? problem === undefined ? <p class="quiet wait">Asking…</p> : null : children(shown)}
    </section>
  );
}
