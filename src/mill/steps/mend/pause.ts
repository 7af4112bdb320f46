/** Pause and resume: a computation, or all of them, is kept from being claimed; in one commit with who did that, and why. */
import { UserError } from '../../../errors.ts';
import type { Acted, ActionKind, Asking } from '../../model/action.ts';
import { ALL, type Control, withPaused, withResumed } from '../../model/control.ts';
import { ownMember } from '../../../values/own-member.ts';
import type { Controls } from '../../ports/planning.ts';
import { actionOf, type RecordPorts } from './recorded.ts';

export interface PausePorts extends Pick<RecordPorts, 'clock' | 'newId'> {
  readonly controls: Controls;
}

/** `target`: a computation's name, or `ALL`. What is paused already keeps its reason. */
export function pause(target: string, asking: Asking, ports: PausePorts): Promise<Acted<Control>> {
  const { by, reason } = asking;
  const paused = { sinceMs: ports.clock.now(), by, ...(reason === '' ? {} : { because: reason }) };
  return change('pause', target, asking, ports, {
    to: (control) =>
      ownMember(control.paused, target) === undefined ? withPaused(control, [target], paused) : control,
    isDone: (before) => ownMember(before.paused, target) !== undefined,
    text: (before) => {
      const found = ownMember(before.paused, target);
      if (found === undefined)
        return `${inWords(target)} is paused: what is under way goes on, and nothing more is claimed.`;
      const since = new Date(found.sinceMs).toISOString().slice(0, 16).replace('T', ' ');
      return `${inWords(target)} was paused before: ${found.by === undefined ? '' : `by ${found.by}, `}since ${since} UTC${found.because === undefined ? '' : ` (${found.because})`}.`;
    },
  });
}

/** `ALL` resumes everything. @throws {UserError} BAD_ARGUMENT for one of all that are paused together */
export function resume(target: string, asking: Asking, ports: PausePorts): Promise<Acted<Control>> {
  const isPaused = ({ paused }: Control): boolean =>
    target === ALL ? Object.keys(paused).length > 0 : ownMember(paused, target) !== undefined;
  return change('resume', target, asking, ports, {
    to(control) {
      if (!isPaused(control) && ownMember(control.paused, ALL) !== undefined)
        throw new UserError(
          'BAD_ARGUMENT',
          `Everything is paused, ${target} with it. daymill resume --all resumes it.`,
        );
      return isPaused(control) ? withResumed(control, [target]) : control;
    },
    isDone: (before) => !isPaused(before),
    text: (before) =>
      isPaused(before)
        ? `${inWords(target)} is resumed: the next dispatch claims it again.`
        : `${inWords(target)} was not paused.`,
  });
}

const inWords = (target: string): string => (target === ALL ? 'everything' : target);

interface Change {
  readonly to: (control: Control) => Control;
  readonly isDone: (before: Control) => boolean;
  readonly text: (before: Control) => string;
}

async function change(
  what: ActionKind,
  target: string,
  asking: Asking,
  ports: PausePorts,
  { to, isDone, text }: Change,
): Promise<Acted<Control>> {
  let acted = { changed: false, text: '' };
  const report = await ports.controls.change(to, (before) => {
    acted = { changed: !isDone(before), text: text(before) };
    const outcome = {
      status: acted.changed ? 'done' : 'nothing',
      text: acted.text,
      endedMs: ports.clock.now(),
    } as const;
    return actionOf({ ...asking, what, target }, ports, outcome);
  });
  return { ...acted, report };
}
