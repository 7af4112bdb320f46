/** Replays every open dead letter of one mistake, once it was seen which those are. */
import { useEffect, useState } from 'preact/hooks';
import { act, type Acted } from '../data/act.ts';
import { Act } from '../ui/act.tsx';
import { counted } from '../ui/format.ts';
import { ProblemNote } from '../ui/note.tsx';

const URL = '/api/mill/dead-letters/replay-alike';

interface Preview {
  readonly letters: readonly { readonly taskId: string; readonly cells: number }[];
  /** Beyond the most of one call. */
  readonly left: number;
}

export const ReplayAlike = ({ fingerprint, tasks }: { readonly fingerprint: string; readonly tasks: number }) => (
  <Act label={`Replay all ${tasks} alike`} url={URL} body={{ fingerprint }}>
    <Foreseen fingerprint={fingerprint} />
  </Act>
);

/** What it would do now, from the server: the list may be older. */
function Foreseen({ fingerprint }: { readonly fingerprint: string }) {
  const [told, setTold] = useState<Acted<Preview>>();
  useEffect(() => {
    void act<Preview>(URL, { fingerprint, dryRun: true }).then(setTold);
  }, [fingerprint]);
  if (told === undefined) return <p class="quiet">Asking what that would do…</p>;
  if ('problem' in told) return <ProblemNote problem={told.problem} what="What it would do" />;
  const { letters, left } = told.done;
  const cells = letters.reduce((sum, letter) => sum + letter.cells, 0);
  return (
    <>
      <p>
        {counted(letters.length, 'task')} of {counted(cells, 'cell')} {letters.length === 1 ? 'is' : 'are'} claimed
        anew. One that cannot be claimed now stays here, and does not hold up the others.
        {left === 0 ? '' : ` ${counted(left, 'more task')} of this error will be left for another time.`}
      </p>
      <ul class="notes tall">
        {letters.map((letter) => (
          <li key={letter.taskId}>
            {letter.taskId}, {counted(letter.cells, 'cell')}
          </li>
        ))}
      </ul>
    </>
  );
}
