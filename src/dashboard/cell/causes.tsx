/** Why a cell is as it is: from it, link by link, to what differs; and what else that touches. */
import type { Cause } from '../../mill/answers/cause-list.ts';
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { days, project } from '../data/project.ts';
import { linkTo } from '../shell/location.ts';
import { counted } from '../ui/format.ts';
import { CellLink } from '../ui/links.tsx';
import { inWords } from '../ui/stand-marks.ts';
import { type Chain, chainsOf, leftOut, reachOf, subjectOf } from './chains.ts';
import { reached } from './reached.ts';

/** Chains that are shown at once. */
const SHOWN = 6;

export function Causes({ answer: { computation, date, causes, now } }: { readonly answer: ExplainAnswer }) {
  const all = now.cutOff === undefined ? causes : [...now.cutOff.causes, ...causes];
  const chains = chainsOf(all);
  const rest = leftOut(all);
  if (chains.length === 0) return null;
  return (
    <section class="panel">
      <h2>{now.outcome === 'SKIP' ? 'Why it ran last' : 'Why'}</h2>
      {chains.slice(0, SHOWN).map((chain) => (
        <OneChain
          key={chain.map(({ subject }) => subject).join()}
          chain={chain}
          computation={computation}
          date={date}
        />
      ))}
      {chains.length <= SHOWN ? null : (
        <details>
          <summary>{counted(chains.length - SHOWN, 'more chain')}</summary>
          {chains.slice(SHOWN).map((chain) => (
            <OneChain
              key={chain.map(({ subject }) => subject).join()}
              chain={chain}
              computation={computation}
              date={date}
            />
          ))}
        </details>
      )}
      {rest === undefined ? null : <p class="quiet">… {rest}</p>}
    </section>
  );
}

function OneChain({
  chain,
  computation,
  date,
}: {
  readonly chain: Chain;
  readonly computation: string;
  readonly date: string;
}) {
  const root = chain.at(-1);
  const reach = reachOf(chain, computation);
  return (
    <div class="chain">
      <nav aria-label="Causes, from this cell to the root">
        <ol class="crumbs">
          <li>
            {computation}@{date}
          </li>
          {chain.map((cause, at) => (
            <li key={cause.subject} title={inWords(cause.text)}>
              <Step cause={cause} owner={ownerOf(chain, at) ?? computation} date={date} />
            </li>
          ))}
        </ol>
      </nav>
      {root === undefined ? null : <p class="root">{inWords(root.text)}</p>}
      {reach === undefined ? null : <Reach select={reach} cell={rootCell(chain) ?? `${computation}@${date}`} />}
    </div>
  );
}

/** The computation whose code, or whose reading, a cause is. */
const ownerOf = (chain: Chain, at: number): string | undefined =>
  chain
    .slice(0, at)
    .map(subjectOf)
    .findLast(({ kind }) => kind === 'cell')?.computation;

interface StepProps {
  readonly cause: Cause;
  readonly owner: string;
  readonly date: string;
}

function Step({ cause, owner, date }: StepProps) {
  const subject = subjectOf(cause);
  switch (subject.kind) {
    case 'cell':
      return <CellLink computation={subject.computation ?? owner} date={subject.date ?? date} />;
    case 'dataset':
      return <a href={linkTo('/data', { day: `${subject.dataset ?? ''}@${date}` })}>{cause.subject}</a>;
    case 'code':
    case 'infrastructure':
      return <a href={linkTo('/code', { open: owner })}>{cause.subject}</a>;
    case 'other':
      return <span class="bad">{cause.subject}</span>;
  }
}

/** The last cell on the way to the root. */
const rootCell = (chain: Chain): string | undefined =>
  chain.findLast((cause) => subjectOf(cause).kind === 'cell')?.subject;

/** What else the root touches: how much, and where to see it. */
function Reach({ select, cell }: { readonly select: string; readonly cell: string }) {
  const names = reached(project.value?.computations ?? [], select);
  const { from, to } = days.value;
  return (
    <p class="quiet">
      It touches {counted(names.length, 'computation')}: <a href={linkTo('/', { lens: 'why', cell })}>in the grid</a>,{' '}
      <a href={linkTo('/plan', { select, from, to })}>in the plan</a>
    </p>
  );
}
