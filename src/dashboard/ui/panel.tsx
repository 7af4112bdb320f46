/** A part of a view that is asked for by itself, waits by itself, and fails by itself. */
import type { ComponentChildren } from 'preact';
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
  return (
    <section class="panel" aria-busy={isLoading && data === undefined}>
      <div class="split">
        <h2>{title}</h2>
        <span class="more">{more}</span>
        {command === undefined ? null : <Command text={command} />}
      </div>
      {problem === undefined ? null : <ProblemNote problem={problem} what={title} />}
      {data === undefined ? problem === undefined ? <p class="quiet wait">Asking…</p> : null : children(data)}
    </section>
  );
}
