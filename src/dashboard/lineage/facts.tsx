/** What is known of the box that is chosen. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { computationOf, project } from '../data/project.ts';
import { readersOf } from '../cell/reached.ts';
import { linkTo } from '../shell/location.ts';
import { counted } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { Stand } from '../ui/stand.tsx';
import type { Box } from './fold.ts';

interface Props {
  readonly box: Box | undefined;
  readonly state: CellState | undefined;
  readonly day: string;
  readonly onUnfold: (category: string) => void;
}

export function BoxFacts({ box, state, day, onUnfold }: Props) {
  if (box === undefined)
    return <p class="quiet">Click a box for its facts; a double click, or Enter, opens its cell of {day}.</p>;
  const { name, kind, category, pass, members } = box;
  if (members.length > 0)
    return (
      <>
        <h2>{name}</h2>
        <p>
          {counted(members.length, 'computation')} of pass {pass}.{' '}
          <button type="button" onClick={() => onUnfold(category ?? '')}>
            Show each
          </button>
        </p>
        <ul class="plain">
          {members.map((member) => (
            <li key={member}>
              <a href={linkTo(cellPath(member, day))}>{member}</a>
            </li>
          ))}
        </ul>
      </>
    );
  const readers = readersOf(project.value?.computations ?? [], name);
  const { description, needs = [] } = computationOf(name) ?? {};
  return (
    <>
      <h2>{name}</h2>
      {description === undefined ? null : <p>{description}</p>}
      <dl class="facts">
        {state === undefined ? null : (
          <>
            <dt>{day}</dt>
            <dd>
              <Stand state={state} />
            </dd>
          </>
        )}
        <dt>{kind === 'dataset' ? 'kind' : 'category'}</dt>
        <dd>{kind === 'dataset' ? 'dataset' : `${category ?? ''}, pass ${pass}`}</dd>
        {kind === 'dataset' ? null : (
          <>
            <dt>reads</dt>
            <dd>{needs.length === 0 ? 'nothing' : needs.join(', ')}</dd>
          </>
        )}
        <dt>read by</dt>
        <dd>{readers.length === 0 ? 'nobody' : readers.map(({ name: reader }) => reader).join(', ')}</dd>
      </dl>
      {kind === 'dataset' ? (
        <p>
          <a href={linkTo('/data', { day: `${name}@${day}` })}>Its days</a>
        </p>
      ) : (
        <p>
          <a href={linkTo(cellPath(name, day))}>
            {name}@{day}
          </a>
          , <a href={linkTo(`/lineage/${encodeURIComponent(name)}`, { date: day })}>its neighbourhood</a>,{' '}
          <a href={linkTo('/plan', { select: `${name}+` })}>the plan of what reads it</a>
        </p>
      )}
    </>
  );
}
