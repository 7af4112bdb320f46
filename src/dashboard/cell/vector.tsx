/** What a cell was made from, beside what it would be made from now: what differs first. */
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { inWords } from '../ui/stand-marks.ts';

type Part = ExplainAnswer['vector'][number];

/** Digits of a hash that people compare. */
const SHORT = 12;

/** What differs, then what is not known, then what is the same; each as it came. */
export const differingFirst = (parts: readonly Part[]): Part[] => {
  const rank = ({ same }: Part): number => (same === false ? 0 : same === null ? 1 : 2);
  return [...parts].sort((a, b) => rank(a) - rank(b));
};

export function Vector({ answer: { vector, now } }: { readonly answer: ExplainAnswer }) {
  const unknown = now.outcome === 'IMPOSSIBLE' ? '–' : 'not known yet';
  return (
    <section class="panel">
      <h2>Made from</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Made from">
        <table>
          <thead>
            <tr>
              <th scope="col">part</th>
              <th scope="col">then</th>
              <th scope="col">now</th>
              <th scope="col">
                <span class="hidden">compared</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {differingFirst(vector).map(({ part, stored, current, same }) => (
              <tr key={part} class={same === false ? 'differs' : undefined}>
                <td>{inWords(part)}</td>
                <Hash hash={stored} none="–" />
                <Hash hash={current} none={unknown} />
                <td>{same === null ? '' : same ? <span class="quiet">same</span> : <strong>differs</strong>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What is no hash, as that something is not loaded yet, is said whole. */
const shortened = (text: string): string => (/^[0-9a-f]+$/.test(text) ? text.slice(0, SHORT) : text);

const Hash = ({ hash, none }: { readonly hash: string | null; readonly none: string }) => (
  <td class="mono" title={hash ?? undefined}>
    {hash === null ? <span class="quiet">{none}</span> : shortened(hash)}
  </td>
);
