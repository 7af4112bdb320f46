/** The box that says which computations: in Daymill's own words for it, kept in the URL, with what is wrong with it below. */
import { useEffect, useState } from 'preact/hooks';
import type { Answer } from '../data/answer.ts';
import type { Problem } from '../data/problem.ts';
import { query, setQuery } from '../shell/location.ts';
import './select-box.css';

/** Undefined for all of them. */
export const selected = (): string | undefined => query.value.get('select') ?? undefined;

/** What the answer has against the expression, and the answer without that: it is said at the box. */
export function splitProblem<T>(answer: Answer<T>): { readonly wrong?: Problem; readonly answer: Answer<T> } {
  const { problem } = answer;
  const isAboutIt = selected() !== undefined && (problem?.status === 400 || problem?.status === 404);
  return isAboutIt && problem !== undefined ? { wrong: problem, answer: { isLoading: false } } : { answer };
}

const WORDS: readonly (readonly [string, string])[] = [
  ['rsi-14', 'this one'],
  ['+rsi-14', 'and what it reads'],
  ['rsi-14+', 'and what reads it'],
  ['air*', 'names that begin so'],
  ['category:airports', 'also tag:, line:, dataset:, path:'],
  ['state:changed', 'whose code has changed'],
  ['a b', 'either'],
  ['a,b', 'both'],
  ['!a', 'without it'],
];

export function SelectBox({ wrong }: { readonly wrong?: Problem | undefined }) {
  const given = selected() ?? '';
  const [typed, setTyped] = useState(given);
  // Back, forward, and links of the page itself.
  useEffect(() => setTyped(given), [given]);
  return (
    <form
      class="select-box"
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ select: typed.trim() }, { replace: false });
      }}
    >
      <input
        type="search"
        data-filter
        aria-label="Which computations"
        aria-invalid={wrong !== undefined}
        aria-describedby="select-help"
        placeholder="all; rsi-14+, category:airports"
        spellcheck={false}
        autocomplete="off"
        maxLength={2_000}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => setQuery({ select: event.currentTarget.value.trim() }, { replace: false })}
      />
      <details>
        <summary aria-label="How to select">?</summary>
        <dl class="facts" id="select-help">
          {WORDS.map(([word, means]) => (
            <>
              <dt>
                <code>{word}</code>
              </dt>
              <dd>{means}</dd>
            </>
          ))}
        </dl>
      </details>
      {wrong === undefined ? null : (
        <p class="bad" role="alert">
          {wrong.detail}
        </p>
      )}
    </form>
  );
}
