/** A link to a cell that is not there: why, and what to do. */
import { project } from '../data/project.ts';
import { linkTo } from '../shell/location.ts';
import { isDay } from '../ui/days.ts';
import { cellPath } from '../ui/links.tsx';

/** What is wrong with a cell's address; undefined when nothing is. */
export function Elsewhere({ computation, date }: { readonly computation: string; readonly date: string }) {
  const { computations = [], from = '', date: target = '', today = '' } = project.value ?? {};
  const isKnown = computations.some(({ name }) => name === computation);
  const [head = ''] = computation.split('-');
  const near = computations.filter(
    ({ name }) => name.includes(computation) || (head.length > 2 && name.startsWith(head)),
  );
  const day = !isDay(date) || date > today ? target : from;
  return (
    <div class="note">
      <h1>
        {computation}@{date} is not in the grid
      </h1>
      {isKnown ? (
        <p>
          {isDay(date)
            ? `${date} is ${date < from ? `before ${from}, where the grid starts` : 'still to come'}. `
            : `"${date}" is not a day; write it as 2026-01-05. `}
          The nearest day: <a href={linkTo(cellPath(computation, day))}>{`${computation}@${day}`}</a>.
        </p>
      ) : (
        <>
          <p>
            The project has no computation {computation} (any more). If it was renamed, its results begin anew under the
            new name; what it made before stays stored.
          </p>
          {near.length === 0 ? null : (
            <p>
              Did you mean{' '}
              {near.slice(0, 5).map(({ name }, at) => (
                <span key={name}>
                  {at === 0 ? '' : ', '}
                  <a href={linkTo(cellPath(name, isDay(date) ? date : target))}>{name}</a>
                </span>
              ))}
              ?
            </p>
          )}
        </>
      )}
      <p>
        <a href={linkTo('/')}>The grid</a> has all that there are; Ctrl-K finds any of them.
      </p>
    </div>
  );
}

export function isElsewhere(computation: string, date: string): boolean {
  const told = project.value;
  if (told === undefined) return false;
  return (
    !told.computations.some(({ name }) => name === computation) || !isDay(date) || date < told.from || date > told.today
  );
}
