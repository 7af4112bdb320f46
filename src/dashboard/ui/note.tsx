/** Words where there is nothing to show: never just an empty place. */
import type { ComponentChildren } from 'preact';
import type { Problem } from '../data/problem.ts';

export function ProblemNote({ problem, what }: { readonly problem: Problem; readonly what: string }) {
  return (
    <div class="note warning" role="alert">
      <h3>{problem.status === 404 ? `${what} is not there` : `${what} could not be had`}</h3>
      <p>{problem.detail}</p>
      {problem.errors?.map(({ path, message }) => (
        <p key={path}>
          <code>{path}</code>: {message}
        </p>
      ))}
      <p class="quiet">
        {problem.code}
        {problem.status === 0 ? '' : `, status ${problem.status}`}
      </p>
    </div>
  );
}

/** What is not there, and what to do so that it is. */
export function Empty({ what, children }: { readonly what: string; readonly children?: ComponentChildren }) {
  return (
    <div class="note">
      <h3>{what}</h3>
      {children}
    </div>
  );
}
