/** What people have stopped: paused computations, and dispatches that were cancelled. Small, and kept with the planner's state. */
import { z } from 'zod';
import { ownMember } from '../../values/own-member.ts';

export const Pause = z.object({
  sinceMs: z.number(),
  by: z.string().optional(),
  because: z.string().optional(),
});
export type Pause = z.infer<typeof Pause>;

/** Stands for every computation, also those that are added later. */
export const ALL = '*';

export const Control = z.object({
  /** By computation, or `ALL`. */
  paused: z.record(z.string(), Pause),
  /** Ids of dispatches that claim nothing more, oldest first. */
  cancelled: z.array(z.string()),
});
export type Control = z.infer<typeof Control>;

export const NOTHING_STOPPED: Control = { paused: {}, cancelled: [] };

/** A dispatch ends within a day; ids beyond this are of dispatches that are long over. */
export const MAX_CANCELLED_KEPT = 100;

export const pauseOf = ({ paused }: Control, computation: string): Pause | undefined =>
  ownMember(paused, computation) ?? paused[ALL];

/** Those that are paused already keep their reason. */
export const withPaused = (control: Control, names: readonly string[], pause: Pause): Control => ({
  ...control,
  paused: { ...Object.fromEntries(names.map((name) => [name, pause])), ...control.paused },
});

/** `ALL` resumes everything, whatever was paused by name. */
export const withResumed = (control: Control, names: readonly string[]): Control => ({
  ...control,
  paused: names.includes(ALL)
    ? {}
    : Object.fromEntries(Object.entries(control.paused).filter(([name]) => !names.includes(name))),
});

export const withCancelled = (control: Control, dispatchId: string): Control =>
  control.cancelled.includes(dispatchId)
    ? control
    : { ...control, cancelled: [...control.cancelled, dispatchId].slice(-MAX_CANCELLED_KEPT) };
