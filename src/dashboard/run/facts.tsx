/** Facts on one line, each with its name. */
import type { ComponentChildren } from 'preact';

export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren] | undefined)[];
}) => (
  <dl class="facts-row">
    {facts.map((fact) =>
      fact === undefined ? null : (
        <div key={fact[0]}>
          <dt>{fact[0]}</dt>
          <dd>{fact[1]}</dd>
        </div>
      ),
    )}
  </dl>
);

/** `12 completed, 3 failed`, of counts by word. */
export const tallied = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');
