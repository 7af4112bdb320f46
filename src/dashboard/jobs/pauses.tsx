/** What is kept from running, by whom and why; and the buttons that do so and undo it. */
import { useState } from 'preact/hooks';
import { project } from '../data/project.ts';
import { Act } from '../ui/act.tsx';
import { ago, time } from '../ui/format.ts';

export interface Pauses {
  /** By computation; `*` is all of them. */
  readonly [name: string]: {
    readonly sinceMs: number;
    readonly by?: string | undefined;
    readonly because?: string | undefined;
  };
}

const ALL = '*';

export function PauseList({ paused }: { readonly paused: Pauses }) {
  const names = Object.keys(paused).sort();
  return (
    <>
      {names.map((name) => (
        <div key={name} class="note warning pause">
          <span>
            <strong>{name === ALL ? 'Everything is paused' : `${name} is paused`}</strong>
            {words(paused[name])}
          </span>
          <Resume name={name} />
        </div>
      ))}
    </>
  );
}

function words(pause: Pauses[string] | undefined): string {
  if (pause === undefined) return '';
  const { by, because, sinceMs } = pause;
  return `${by === undefined ? '' : ` by ${by}`} since ${time(sinceMs)} (${ago(sinceMs)})${because === undefined ? '' : `: ${because}`}`;
}

const Resume = ({ name }: { readonly name: string }) => (
  <Act
    label={name === ALL ? 'Resume everything' : `Resume ${name}`}
    url="/api/mill/resume"
    body={name === ALL ? {} : { computation: name }}
  >
    <p>
      {name === ALL ? 'All computations, also those that were paused by name,' : name} may be claimed again, from the
      next run on.
    </p>
  </Act>
);

export function PauseOne({ paused }: { readonly paused: Pauses }) {
  const [chosen, setChosen] = useState('');
  const others = (project.value?.computations ?? []).filter((one) => paused[one.name] === undefined);
  // What was just paused is no longer among them.
  const name = others.some((one) => one.name === chosen) ? chosen : '';
  if (paused[ALL] !== undefined) return null;
  return (
    <span class="run-day">
      <select aria-label="What to pause" value={name} onChange={(event) => setChosen(event.currentTarget.value)}>
        <option value="">all computations</option>
        {others.map((one) => (
          <option key={one.name}>{one.name}</option>
        ))}
      </select>
      <Act
        label={name === '' ? 'Pause everything' : `Pause ${name}`}
        url="/api/mill/pause"
        body={name === '' ? {} : { computation: name }}
      >
        <p>
          {name === '' ? 'No cell of any computation' : `No cell of ${name}`} is claimed any more, and what reads them
          waits, until that is resumed. What is under way goes on.
        </p>
      </Act>
    </span>
  );
}
