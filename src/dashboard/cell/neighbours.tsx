/** What a cell reads and who reads it, on its day. */
import { computationOf, project } from '../data/project.ts';
import { linkTo } from '../shell/location.ts';
import { counted } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { reached, readersOf } from './reached.ts';

export function Neighbours({ computation, date }: { readonly computation: string; readonly date: string }) {
  const all = project.value?.computations ?? [];
  const readers = readersOf(all, computation);
  const reads = computationOf(computation)?.needs ?? [];
  const further = reached(all, `${computation}+`).length - 1;
  return (
    <section class="panel">
      <div class="split">
        <h2>Reads, and is read by</h2>
        <a href={linkTo(`/lineage/${encodeURIComponent(computation)}`, { date })}>lineage</a>
      </div>
      <dl class="facts">
        <dt>reads</dt>
        <dd>
          {reads.length === 0 ? <span class="quiet">nothing</span> : null}
          <Names names={reads} date={date} />
        </dd>
        <dt>read by</dt>
        <dd>
          {readers.length === 0 ? <span class="quiet">nobody: it is an end of the graph</span> : null}
          <Names names={readers.map(({ name }) => name)} date={date} />
          {further > readers.length ? (
            <span class="quiet">, {counted(further, 'computation')} with what reads those</span>
          ) : null}
        </dd>
      </dl>
    </section>
  );
}

/** Datasets have their days in another view. */
const Names = ({ names, date }: { readonly names: readonly string[]; readonly date: string }) => (
  <>
    {names.map((name, at) => (
      <span key={name}>
        {at === 0 ? '' : ', '}
        <a href={computationOf(name) === undefined ? linkTo('/data', { dataset: name }) : linkTo(cellPath(name, date))}>
          {name}
        </a>
      </span>
    ))}
  </>
);
