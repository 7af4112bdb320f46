/** The crosshair that all plots of the view share, and the ranges that were zoomed into. */
import { signal } from '@preact/signals';
import { go, path, query } from '../shell/location.ts';
import { isoOf } from './range.ts';

/** In seconds, where the crosshair was last: it stays when the pointer leaves, so that a link to its day can be reached. */
export const crosshair = signal<number | undefined>(undefined);

/** Goes to a range of its own, a step that Back undoes. */
export function zoom(startMs: number, endMs: number): void {
  const params = new URLSearchParams(query.value);
  params.delete('range');
  params.set('start', isoOf(Math.round(startMs / 1_000) * 1_000));
  params.set('end', isoOf(Math.round(endMs / 1_000) * 1_000));
  zoomed.push(`${path.value}?${query.value.toString()}`);
  go(`${path.value}?${params.toString()}`);
}

const zoomed: string[] = [];

/** To what was zoomed from; out of a range that a link brought, to what the view shows without one. */
export function unzoom(): void {
  const params = new URLSearchParams(query.value);
  params.delete('start');
  params.delete('end');
  go(zoomed.pop() ?? `${path.value}?${params.toString()}`);
}
