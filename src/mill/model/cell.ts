/** A cell, (computation, date): what is planned, run, stored and explained. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { Effort } from './effort.ts';
import { Hash } from '../../values/hash.ts';
import { PartialResult } from './partial-result.ts';
import { LostInput } from './place.ts';
import { Fingerprint, Vector } from './vector.ts';

export const CellKey = z.object({ computation: z.string(), date: Day });
export type CellKey = Readonly<z.infer<typeof CellKey>>;

export const cellName = (cell: CellKey): string => `${cell.computation}@${cell.date}`;

export const CellError = z.object({ code: z.string(), message: z.string() });
export type CellError = z.infer<typeof CellError>;

/** Set by the fold. */
const folded = {
  /** When the run that made the cell was claimed: of two outcomes of a cell, that of the later run holds. */
  claimedMs: z.number().optional(),
  /** The sequence of planning that claimed it: clocks go back, sequences do not. */
  claimedIn: z.number().int().optional(),
  /** The sequence of planning that took the outcome in. */
  foldedIn: z.number().int().optional(),
  /** Whether nothing was settled before. */
  first: z.boolean().optional(),
};

/** How a cell ended the last time that it ran: all that planning needs to know of it. */
export const Settled = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('COMPLETED'),
    vector: Vector,
    resultHash: Hash,
    /** Other code that made the same result of the same inputs before, newest first; see planning/alike.ts. */
    alike: z.array(Fingerprint).readonly().optional(),
    dispatchId: z.string(),
    /** Set by the worker. The fold learns from it and takes it off: the books do not keep it. */
    effort: Effort.optional(),
    /** Absent where every entity is in it. */
    partial: PartialResult.optional(),
    ...folded,
  }),
  /** Without a vector when the attempt died before it had read its inputs. */
  z.object({
    status: z.literal('FAILED'),
    vector: Vector.optional(),
    error: CellError,
    dispatchId: z.string(),
    ...folded,
  }),
]);
export type Settled = z.infer<typeof Settled>;

/** What a worker reports of one cell of its task. `UNCHANGED`: a day of a chain whose vector turned out the same, so it did not run. */
export const CellOutcome = z.union([
  Settled,
  z.object({ status: z.literal('UNCHANGED') }),
  /** An earlier day of its chain failed. */
  z.object({ status: z.literal('NOT_TRIED') }),
  /** Something that it reads is not stored as the plan says: it was not made, and nothing speaks against it. */
  z.object({ status: z.literal('INPUT_LOST'), lost: z.array(LostInput).readonly() }),
  /** A cell that was skipped, run again in shadow: nothing of it was stored. */
  z.object({
    status: z.literal('AUDITED'),
    /** Whether it gave the result that is stored, and that the books tell of. */
    matches: z.boolean(),
    text: z.string(),
    /** False where it says nothing: its inputs are others by now, or the attempt ended in trouble that is not the computation's. */
    compared: z.boolean().optional(),
    /** Its stored result is another than the books tell of, and what was made now is as one of the two: the code is not to blame. */
    isSetBack: z.boolean().optional(),
  }),
]);
export type CellOutcome = z.infer<typeof CellOutcome>;
