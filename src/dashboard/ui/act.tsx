/** A button that changes something: it asks for the reason, says what it will do, and what became of it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { act } from '../data/act.ts';
import { mayAct } from '../data/project.ts';
import type { Problem } from '../data/problem.ts';
import { Dialog } from './dialog.tsx';
import { ProblemNote } from './note.tsx';

interface Props<T> {
  /** On the button, and on the one that confirms. */
  readonly label: string;
  /** What it will do, with its counts. */
  readonly children: ComponentChildren;
  readonly url: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly onDone?: (answer: T) => void;
}

/** As the API takes it. */
const MAX_REASON = 500;

export function Act<T = unknown>({ label, children, url, body = {}, onDone }: Props<T>) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [isUnderWay, setUnderWay] = useState(false);
  const [said, setSaid] = useState<string>();
  if (!mayAct.value) return null;
  const confirm = async (): Promise<void> => {
    setUnderWay(true);
    const acted = await act<T>(url, { ...body, reason });
    setUnderWay(false);
    if ('problem' in acted) {
      setProblem(acted.problem);
      return;
    }
    setOpen(false);
    setReason('');
    setProblem(undefined);
    setSaid(textOf(acted.done));
    onDone?.(acted.done);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {label}
      </button>
      {said === undefined ? null : (
        <span class="said" role="status">
          {said}{' '}
          <button type="button" class="plain" aria-label="Understood" onClick={() => setSaid(undefined)}>
            ✕
          </button>
        </span>
      )}
      {isOpen ? (
        <Dialog title={label} onClose={() => setOpen(false)}>
          <form
            method="dialog"
            onSubmit={(event) => {
              event.preventDefault();
              void confirm();
            }}
          >
            <div class="prose">{children}</div>
            <label>
              Why, for the record
              <input
                type="text"
                required
                maxLength={MAX_REASON}
                value={reason}
                onInput={(event) => setReason(event.currentTarget.value)}
              />
            </label>
            {problem === undefined ? null : <ProblemNote problem={problem} what={label} />}
            <p class="buttons">
              <button type="button" class="plain" onClick={() => setOpen(false)}>
                Leave it
              </button>
              <button type="submit" class="primary" disabled={isUnderWay || reason.trim() === ''}>
                {isUnderWay ? 'Under way…' : label}
              </button>
            </p>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}

/** What the API says that it came to. */
function textOf(done: unknown): string | undefined {
  const { text } = (typeof done === 'object' && done !== null ? done : {}) as { readonly text?: unknown };
  return typeof text === 'string' ? text : undefined;
}
