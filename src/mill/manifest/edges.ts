/** Direct edges of the graph: which computations read which. */
import type { Manifest, ManifestComputation } from '../model/manifest.ts';
import { computationIn } from '../model/manifest.ts';

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
    if (need.kind === 'dataset' || need.kind === 'joined' || need.kind === 'document') names.add(need.of);
    if (need.kind === 'history' && need.source === 'document') names.add(need.of);
  }
  return [...names].sort();
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
