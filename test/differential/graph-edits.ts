/** Edits of a graph as its author might make them: another word in a form, another order, a part that is gone. */
import type { Chance } from './chance.ts';
import { placesOf, type Place } from './form.ts';
import type { Graph, Part } from './graph.ts';

/** What was done, for people, and what came of it. */
export interface Edited<T> {
  readonly what: string;
  readonly after: T;
  /** docs/guides/add-a-computation.md says that it runs nothing. */
  readonly inGuide?: boolean;
}

/** Another turn of one place that is harmless, or that is not; undefined when the graph has none. */
export function takeAnotherTurn(graph: Graph, harmless: boolean, chance: Chance): Edited<Graph> | undefined {
  const choices = graph.parts.flatMap((part) => {
    const places = placesOf(part.form).filter((place) => place.harmless === harmless && place.turns > 1);
    return places.length === 0 ? [] : [{ part, places }];
  });
  if (choices.length === 0) return undefined;
  const { part, places } = chance.oneOf(choices);
  const place = chance.oneOf(places);
  const after = { ...graph, parts: graph.parts.map((each) => (each === part ? turned(part, place, chance) : each)) };
  return { what: `a place of "${part.form.name}" (${place.id})`, after };
}

function turned(part: Part, { id, turns }: Place, chance: Chance): Part {
  const turn = ((part.turns.get(id) ?? 0) + 1 + chance.below(turns - 1)) % turns;
  return { ...part, turns: new Map([...part.turns, [id, turn]]) };
}

/** Anything that moves, adds or takes away what is loaded. */
export function changeStructure(graph: Graph, chance: Chance): Edited<Graph> | undefined {
  const { parts, other } = graph;
  const edits: (() => Edited<Graph>)[] = [];
  if (parts.length > 1) {
    const at = chance.below(parts.length - 1);
    edits.push(() => ({ what: 'two parts change places', after: { ...graph, parts: swapped(parts, at) } }));
    const gone = chance.oneOf(parts);
    if (gone.owner === 'other' && parts.some((part) => part !== gone && part.owner === 'other'))
      edits.push(() => ({
        what: 'a part of the other computation is gone',
        after: { ...graph, parts: parts.filter((part) => part !== gone) },
      }));
  }
  if (other?.module === 'same' && !other.read)
    edits.push(() => ({
      what: 'the two computations change places',
      after: { ...graph, other: { ...other, first: !other.first } },
    }));
  const modules = parts.flatMap(({ form, number }) =>
    Object.keys(form.files ?? {}).flatMap((path) =>
      /^lib\/.*\.(ts|mjs|cjs)$/.test(path) ? [path.replaceAll('§', String(number))] : [],
    ),
  );
  if (modules.length > 0) {
    const added = `import '../${chance.oneOf(modules)}';`;
    edits.push(() => ({
      what: 'a module is imported for what it does',
      after: { ...graph, more: [...(graph.more ?? []), added] },
    }));
  }
  return edits.length === 0 ? undefined : chance.oneOf(edits)();
}

const swapped = <T>(list: readonly T[], at: number): T[] =>
  list.map((each, index) => (index === at ? list[at + 1]! : index === at + 1 ? list[at]! : each));

/** Two parts without effects change places. */
export function swapQuietParts(graph: Graph): Edited<Graph> | undefined {
  const { parts } = graph;
  const at = parts.findIndex(({ form }, index) => form.quiet === true && parts[index + 1]?.form.quiet === true);
  if (at === -1) return undefined;
  return { what: 'imports without effects change places', after: { ...graph, parts: swapped(parts, at) } };
}
