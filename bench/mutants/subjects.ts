/** The computations whose code is edited, and which stretches of it each of them reaches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { piecesOf } from '../../src/mill/model/code-piece.ts';
import { closureOf, type ProjectName, sourceOf, textsOf, writeProject } from './project-text.ts';
import { type Family, type Variant, variantsOf } from './variant.ts';
import type { Subject } from './trial.ts';
import type { Edit, Node } from './syntax.ts';

export interface EditedSubject extends Subject {
  readonly project: ProjectName;
  /** Edits of code that it reaches. */
  variants(families: readonly Family[]): Variant[];
}

type Stretch = readonly [start: number, end: number];

export async function subjectsOf(project: ProjectName): Promise<EditedSubject[]> {
  const root = mkdtempSync(join(tmpdir(), 'daymill-mutants-'));
  const all = textsOf(project);
  writeProject(root, all);
  try {
    const { computations, code } = await buildManifest({ root, directory: 'computations' });
    return computations.map(({ name, module }): EditedSubject => {
      const texts = closureOf(module, all);
      const reached = new Map<string, Stretch[]>();
      const omitted = new Map<string, (readonly [number, number])[]>();
      // What a dataset says is how it is loaded; no verdict is about that.
      for (const piece of piecesOf(code, name)) {
        if (piece.kind !== 'declaration' || piece.name.startsWith('dataset:')) continue;
        reached.set(piece.module, [...(reached.get(piece.module) ?? []), [piece.start, piece.end]]);
        omitted.set(piece.module, [...(omitted.get(piece.module) ?? []), ...piece.omitted]);
      }
      const isReached = (module: string, { start, end }: { start: number; end: number }): boolean =>
        within(reached.get(module), start, end) && !within(omitted.get(module), start, end);
      const sources = [...reached.keys()].flatMap((path) => {
        const text = texts[path];
        return text === undefined ? [] : [sourceOf(path, text)];
      });
      const spelled = sources.flatMap((source) =>
        source.sites
          .filter(({ node }) => isReached(source.module, node))
          .flatMap(({ node, key }) => spelledBy(node, key)),
      );
      return {
        project,
        computation: name,
        texts,
        spelled: {
          numbers: [...new Set(spelled.filter((each): each is number => typeof each === 'number'))],
          strings: [...new Set(spelled.filter((each): each is string => typeof each === 'string'))],
        },
        variants: (families) =>
          sources.flatMap((source) =>
            variantsOf(source, families).filter(({ edits }) => {
              const texts = edits.filter(({ start, end }) => end > start);
              const touches = ({ start, end }: Edit): boolean =>
                reached.get(source.module)?.some(([first, last]) => start < last && first < end) === true &&
                !within(omitted.get(source.module), start, end);
              return texts.length > 0 ? texts.every(touches) : edits.every((edit) => isReached(source.module, edit));
            }),
          ),
      };
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const within = (stretches: readonly Stretch[] | undefined, start: number, end: number): boolean =>
  stretches?.some(([first, last]) => first <= start && end <= last) === true;

function spelledBy({ type, value, name }: Node, key: string): (number | string)[] {
  if (type === 'Literal' && (typeof value === 'number' || typeof value === 'string')) return [value];
  return type === 'Identifier' && key === 'key' && typeof name === 'string' ? [name] : [];
}
