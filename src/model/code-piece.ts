/** A piece of the author's code as the simulator sees it: what may change alone, and what must run for a change to count as seen. */
import { z } from 'zod';
import { Hash } from './hash.ts';

export const CodePiece = z.object({
  /** Its first name in the module; `computation:rsi` for a definition, `effect 0` for a statement that declares nothing. */
  name: z.string(),
  /** Relative to the project's folder. */
  module: z.string(),
  /** A file that is no program is `data`. */
  kind: z.enum(['declaration', 'effect', 'data']),
  line: z.number().int().positive(),
  /** Offsets in the module's text, in UTF-16 units, as V8 counts: Node strips types in place. */
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  /** Stretches of it that are in no hash and need not run: descriptive members. */
  omitted: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** Of the normalized text and of where its names lead. */
  hash: Hash,
  /** Literals in it, sorted: numbers, and strings (regular expressions and template texts among them). */
  numbers: z.array(z.number()),
  strings: z.array(z.string()),
  /** Hashes of the syntax that chooses without V8 counting it: default values and `??=`, `||=`, `&&=`; sorted. */
  uncounted: z.array(z.string()),
  /** How many comparisons are strict (`<`, `>`) and how many take equals in (`<=`, `>=`). */
  strict: z.number().int(),
  inclusive: z.number().int(),
});
export type CodePiece = z.infer<typeof CodePiece>;

/** Pieces of all computations, each once, and which of them each computation reaches, by index. */
export const ManifestCode = z.object({
  pieces: z.array(CodePiece),
  reached: z.record(z.string(), z.array(z.number().int().nonnegative())),
});
export type ManifestCode = z.infer<typeof ManifestCode>;

/** Names a piece among those of a computation in `module`; like the code hash it does not see where that module lies. */
export const pieceIdIn = (piece: CodePiece, module: string): string =>
  `${piece.module === module ? '' : piece.module}#${piece.name}`;

export function piecesOf(code: ManifestCode | undefined, computation: string): CodePiece[] {
  return (code?.reached[computation] ?? []).flatMap((index) => code?.pieces[index] ?? []);
}
