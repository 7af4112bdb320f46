/** An edit of a project's code, with the family it is of. */
import { applied, type Edit, overlap, type Source } from './syntax.ts';

export interface Variant {
  readonly family: string;
  /** The module that is edited. */
  readonly module: string;
  readonly edits: readonly Edit[];
  /** Modules that come with it. */
  readonly added?: Readonly<Record<string, string>>;
}

/** What one edit changes: text of the module, and modules that come with it. */
export type Change =
  | readonly Edit[]
  | { readonly edits: readonly Edit[]; readonly added: Readonly<Record<string, string>> };

/** All of one family, from a module's syntax. */
export interface Family {
  readonly name: string;
  readonly edits: (source: Source) => Iterable<Change>;
}

export function variantsOf(source: Source, families: readonly Family[]): Variant[] {
  return families.flatMap(({ name, edits }) =>
    [...edits(source)].flatMap((change): Variant[] => {
      const whole = 'added' in change ? change : { edits: change };
      if (applied(source.text, whole.edits) === source.text) return [];
      return [{ family: name, module: source.module, ...whole }];
    }),
  );
}

/** Both at once; undefined when they touch the same text. */
export function together(family: string, one: Variant, other: Variant): Variant | undefined {
  if (one.module !== other.module || overlap(one.edits, other.edits)) return undefined;
  if (one.edits.some(({ start, end }) => other.edits.some((each) => each.start === start && each.end === end)))
    return undefined;
  return {
    family,
    module: one.module,
    edits: [...one.edits, ...other.edits],
    added: { ...one.added, ...other.added },
  };
}

/** For people: where, what, and what it became. */
export function described({ module, edits }: Variant, text: string): string {
  return edits
    .map(({ start, end, text: instead }) => {
      const line = text.slice(0, start).split('\n').length;
      const short = (part: string): string => part.replaceAll(/\s+/g, ' ').slice(0, 80);
      return `${module}:${line}: ${short(text.slice(start, end))} -> ${short(instead)}`;
    })
    .join('; ');
}
