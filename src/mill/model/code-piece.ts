/** A piece of the author's code as the simulator sees it: what may change alone, and what must run for a change to count as seen. */
import { z } from 'zod';
import { Hash } from '../../values/hash.ts';
import { ownMember } from '../../values/own-member.ts';

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
  /** What it says whatever the arrangement; see `featuresOf`. Sorted; one that occurs twice is there twice. */
  features: z.array(z.string()),
  /** Where it names top-level declarations: the context, in which `PLACE` stands for the name, and `module#name`. */
  references: z.array(z.tuple([z.string(), z.string()])),
  /** Offsets of conditions, and of what runs by them, where the other outcome runs nothing of its own. */
  branches: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** Of a declaration that only names a literal: that literal. */
  constant: z.string().optional(),
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

/** Stands for a literal, or for a name of one, in the context of a feature. */
export const PLACE = '◌';

/**
 * The features of each piece, with literals in the place of their names. What is left of a name is `@` and the piece's id: who
 * compares two versions knows whether that says anything.
 */
export function featuresOf(pieces: readonly CodePiece[], module: string): string[][] {
  const byTarget = new Map(pieces.map((piece) => [`${piece.module}#${piece.name}`, piece]));
  const named = new Set<CodePiece>();
  const features = pieces.map((piece) => [
    ...piece.features,
    ...piece.references.map(([context, target]) => {
      const meant = byTarget.get(target);
      if (meant?.constant === undefined) {
        const id = meant === undefined ? target : pieceIdIn(meant, module);
        return context.includes('<') ? `@${id} ${context}` : `@${id}`;
      }
      named.add(meant);
      return inPlace(context, meant.constant);
    }),
  ]);
  return pieces.map((piece, at) => {
    const { constant } = piece;
    const unnamed = constant === undefined || named.has(piece) ? [] : [constant];
    return [...(features[at] ?? []), ...unnamed].sort();
  });
}

export const inPlace = (context: string, literal: string): string => context.replace(PLACE, () => literal);

export function piecesOf(code: ManifestCode | undefined, computation: string): CodePiece[] {
  return (ownMember(code?.reached ?? {}, computation) ?? []).flatMap((index) => code?.pieces[index] ?? []);
}
