/** How a cell stands, in a sentence; and how it was made. */
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { describeLoad } from './loads.ts';
import { ago, count, seconds, time } from '../ui/format.ts';
import { RunLink, TaskLink } from '../ui/links.tsx';
import { Mark } from '../ui/stand.tsx';
import { because, STAND_MARKS, stateOf } from '../ui/stand-marks.ts';

export function Outcome({ answer }: { readonly answer: ExplainAnswer }) {
  const { now, distrust, loads, computation } = answer;
  const state = stateOf(answer);
  return (
    <>
      <p class="outcome">
        <Mark state={state} size={18} />
        <span>
          <strong>{STAND_MARKS[state].word}</strong>: {because(now.text)}.
          {now.reason.why === 'IN_FLIGHT' ? (
            <>
              {' '}
              <RunLink id={now.reason.runId} />
            </>
          ) : null}
        </span>
      </p>
      <Made answer={answer} />
      {now.cutOff === undefined ? null : (
        <p>Early cutoff spared it a run: {now.cutOff.inputs.join(', ')} ran again with the same result.</p>
      )}
      {now.madeBy === undefined ? null : (
        <p>
          Its result was made by code <code>{now.madeBy.code.slice(0, 12)}</code>; a simulation proved that the code now
          does the same.
        </p>
      )}
      {distrust === null ? null : (
        <p class="note warning">
          {computation} is not trusted to give the same again: {distrust}. No proof and no early cutoff spares it a run.
        </p>
      )}
      {loads.map((load) => (
        <p key={load.dataset}>{describeLoad(load)}</p>
      ))}
    </>
  );
}

const VERBS = { COMPLETED: 'Made', FAILED: 'Failed', IMPOSSIBLE: 'Found impossible' } as const;

/** Of its last attempt. */
function Made({ answer: { last } }: { readonly answer: ExplainAnswer }) {
  if (last === null) return <p class="quiet">It has never run.</p>;
  const entities = [
    ...(last.entities === null || last.entities === 0 ? [] : [`${count(last.entities)} entities`]),
    ...(last.failedEntities === null || last.failedEntities === 0
      ? []
      : [`${count(last.failedEntities)} of them failed`]),
  ];
  return (
    <>
      <p class={last.status === 'FAILED' ? 'bad' : undefined}>
        {VERBS[last.status]}
        {last.finishedAt === null ? '' : ` ${time(last.finishedAt)}, ${ago(Date.parse(last.finishedAt))}`}
        {last.seconds === null || last.seconds === 0 ? '' : `, in ${seconds(last.seconds)}`}
        {last.attempt === null || last.attempt < 2 ? '' : `, by attempt ${last.attempt}`}
        {last.runId === null ? null : (
          <>
            , by run <RunLink id={last.runId} />
          </>
        )}
        {last.taskId === null ? null : (
          <>
            {' '}
            (<TaskLink id={last.taskId} text="task" />)
          </>
        )}
        {entities.length === 0 ? '' : `; ${entities.join(', ')}`}
        {last.reason === null ? '' : `; reason: ${because(last.reason)}`}.
      </p>
      {last.error === null ? null : (
        <pre>
          {last.error.code}: {last.error.message}
        </pre>
      )}
      <EntityErrors last={last} />
    </>
  );
}

function EntityErrors({ last }: { readonly last: NonNullable<ExplainAnswer['last']> }) {
  const errors: readonly { readonly id: string; readonly message: string; readonly count?: number }[] =
    last.kinds.length === 0 ? last.errors : last.kinds;
  if (errors.length === 0) return null;
  return (
    <ul class="plain">
      {errors.map(({ id, message, count: alike = 1 }) => (
        <li key={id}>
          entity <strong>{id}</strong>
          {alike === 1 ? '' : ` and ${count(alike - 1)} more`}: <span class="bad">{message}</span>
        </li>
      ))}
    </ul>
  );
}
