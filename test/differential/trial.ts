/** One trial: a graph, and an edit of it, as chance chooses them. */
import { isDeepStrictEqual } from 'node:util';
import { CARRIERS } from './carriers.ts';
import { chanceOf, type Chance } from './chance.ts';
import { placesOf, type Files, type Form } from './form.ts';
import { changeStructure, swapQuietParts, takeAnotherTurn, type Edited } from './graph-edits.ts';
import { filesOf, moduleOf, type Graph, type Owner } from './graph.ts';
import { editHarmlessly, placeIn } from './harmless-edits.ts';

/** A project in one version, and which of its computations is looked at. */
export interface Version {
  readonly files: Files;
  readonly module: string;
  readonly computation: Owner;
}

export interface Trial {
  readonly before: Version;
  readonly after: Version;
  /** What was edited, for people. */
  readonly edit: string;
  /** The generator's word that the edit changes nothing, to be judged by running. */
  readonly harmless: boolean;
  readonly inGuide: boolean;
  readonly forms: readonly string[];
  /** It holds a form that no analysis can know. */
  readonly opaque: boolean;
}

type Families = readonly (readonly Form[])[];

const MOST_PARTS = 4;
const TRIES = 20;

/** The same trial for the same seed and families. */
export function trialOf(families: Families, seed: number): Trial {
  const chance = chanceOf(seed);
  const graph = graphOf(families, chance);
  const before = filesOf(graph);
  const watched: Owner = graph.other !== undefined && chance.once(3) ? 'other' : 'main';
  const module = moduleOf(graph, watched);
  const kind = chance.oneOf(['place', 'place', 'place', 'structure', 'harmless', 'harmless'] as const);
  for (let tries = 0; ; tries++) {
    const edited = tries < TRIES ? edit(kind, graph, before, chance) : edit('harmless', graph, before, chance);
    if (edited === undefined || isDeepStrictEqual(edited.after, before)) continue;
    return {
      before: { files: before, module, computation: watched },
      after: { files: edited.after, module: placeIn(edited.after, module), computation: watched },
      edit: edited.what,
      harmless: edited.harmless,
      inGuide: edited.inGuide ?? false,
      forms: graph.parts.map(({ form }) => form.name),
      opaque: graph.parts.some(({ form }) => form.opaque === true),
    };
  }
}

/** A trial of one form alone: its first alternatives, and one place edited. */
export function trialOfPlace(form: Form, id: string, turn: number): Trial {
  const version = (turns: ReadonlyMap<string, number>): Version => {
    const graph: Graph = { parts: [{ form, number: 1, turns, carrier: CARRIERS[1]!, owner: 'main' }] };
    return { files: filesOf(graph), module: moduleOf(graph, 'main'), computation: 'main' };
  };
  return {
    before: version(new Map()),
    after: version(new Map([[id, turn]])),
    edit: `${form.name}: ${id}`,
    harmless: placesOf(form).some((place) => place.id === id && place.harmless),
    inGuide: false,
    forms: [form.name],
    opaque: form.opaque === true,
  };
}

function graphOf(families: Families, chance: Chance): Graph {
  const count = 1 + Math.min(chance.below(MOST_PARTS), chance.below(MOST_PARTS));
  const twofold = count > 1 && chance.once(3);
  const parts = Array.from({ length: count }, (_, index) => {
    const form = chance.oneOf(chance.oneOf(families));
    return {
      form,
      number: index + 1,
      turns: new Map(placesOf(form).map(({ id, turns }) => [id, chance.once(3) ? chance.below(turns) : 0])),
      carrier: chance.oneOf(CARRIERS),
      owner: twofold && index % 2 === 1 ? ('other' as const) : ('main' as const),
    };
  });
  if (!twofold) return { parts };
  const module = chance.oneOf(['same', 'own'] as const);
  return { parts, other: { module, first: chance.once(2), read: chance.once(2) } };
}

type EditedFiles = Edited<Files> & { readonly harmless: boolean };

function edit(
  kind: 'place' | 'structure' | 'harmless',
  graph: Graph,
  before: Files,
  chance: Chance,
): EditedFiles | undefined {
  if (kind !== 'harmless') {
    const edited = kind === 'place' ? takeAnotherTurn(graph, false, chance) : changeStructure(graph, chance);
    return edited && { ...edited, after: filesOf(edited.after), harmless: false };
  }
  const inGraph = chance.once(3)
    ? takeAnotherTurn(graph, true, chance)
    : chance.once(10)
      ? swapQuietParts(graph)
      : undefined;
  const edited: Edited<Files> | undefined =
    inGraph === undefined ? editHarmlessly(before, chance) : { ...inGraph, after: filesOf(inGraph.after) };
  return edited && { ...edited, harmless: true };
}
