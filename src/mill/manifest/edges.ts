/** Direct edges of the graph: which computations read which. */
import type { Manifest, ManifestComputation } from '../model/manifest.ts';
import { computationIn, readsData } from '../model/manifest.ts';

/**
 * Other computations whose results it reads, today's or earlier ones; sorted, each once. Its own earlier results
 * (`previous`, `history(n)`) are no edges: they bind days to each other, not computations.
 */
export function computationsReadBy(computation: Pick<ManifestComputation, 'needs'>): string[] {
  const names = new Set<string>();
  for (const need of computation.needs) {
    if (need.kind === 'dependency' || (need.kind === 'history' && need.source === 'computation')) names.add(need.of);
  }
  return [...names].sort();
}

/** Root datasets that it reads; sorted, each once. */
export function datasetsReadBy(computation: Pick<ManifestComputation, 'needs'>): string[] {
  const names = new Set<string>();
  for (const need of computation.needs) {
    if (readsData(need)) names.add(need.of);
  }
  return [...names].sort();
}

/** Whether all that read a dataset take its newest document: a day after the last one lacks nothing. */
export function isReadAsLatest({ computations }: Manifest, dataset: string): boolean {
  const needs = computations.flatMap((one) => one.needs.filter((need) => readsData(need) && need.of === dataset));
  return needs.length > 0 && needs.every(({ kind }) => kind === 'latest');
}

/** Computations that `name` reads directly; empty for a name that the manifest does not have. */
export function upstreamOf(manifest: Manifest, name: string): string[] {
  const computation = computationIn(manifest, name);
  return computation === undefined ? [] : computationsReadBy(computation);
}

/** Computations that read `name` directly, sorted. */
export function downstreamOf(manifest: Manifest, name: string): string[] {
  return manifest.computations
    .filter((computation) => computationsReadBy(computation).includes(name))
    .map((computation) => computation.name)
    .sort();
}
