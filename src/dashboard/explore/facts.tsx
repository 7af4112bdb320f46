/** Names and what they are, one under the other. */
import { type ComponentChildren, Fragment } from 'preact';

interface Props {
  /** What is undefined is left out. */
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}

export const Facts = ({ facts }: Props) => (
  <dl class="facts">
    {facts
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
  </dl>
);
