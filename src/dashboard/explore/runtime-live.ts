/** Heartbeats as they come, and the figures of those that are looked at. */
import { batch, type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { answerOf } from '../data/answer.ts';
import { isPaused } from '../data/live.ts';
import { ofOrganization } from '../data/organization.ts';
import type { Figures, Runtime } from './runtime-rows.ts';
import { urlOf } from './use.ts';

/** Asked at once. */
const AT_ONCE = 4;

/** The figures of one are asked for again at most so often, in ms: each time costs reads. */
const AGAIN_MS = 10_000;

export interface Heard {
  /** When each was heard of last, in ms. */
  readonly heard: Signal<ReadonlyMap<string, number>>;
  readonly figures: Signal<ReadonlyMap<string, Figures>>;
  /** Tells of a heartbeat. */
  readonly note: (id: string, atMs: number) => void;
  /** Those that are on the screen, from now on. */
  readonly watch: (ids: readonly string[]) => void;
  readonly end: () => void;
}

const LAST = 'last_heartbeat';

function listen(): Heard {
  const heard = signal<ReadonlyMap<string, number>>(new Map());
  const figures = signal<ReadonlyMap<string, Figures>>(new Map());
  const askedMs = new Map<string, number>();
  const wanted = new Set<string>();
  let watched: ReadonlySet<string> = new Set();
  let under = 0;
  let isOver = false;
  const note = (id: string, atMs: number): void => {
    if (atMs > (heard.value.get(id) ?? 0)) heard.value = new Map(heard.value).set(id, atMs);
    if (watched.has(id)) {
      wanted.add(id);
      pump();
    }
  };
  const ask = async (id: string): Promise<void> => {
    askedMs.set(id, Date.now());
    try {
      const { metrics } = await answerOf<{ readonly runtime: Runtime; readonly metrics: Figures }>(
        urlOf(`/api/runtime/${id}`),
      );
      batch(() => {
        figures.value = new Map(figures.value).set(id, metrics);
        const atMs = metrics[LAST] ?? 0;
        if (atMs > (heard.value.get(id) ?? 0)) heard.value = new Map(heard.value).set(id, atMs);
      });
    } catch {
      // It has gone, or the next heartbeat asks again: the list says which.
    }
  };
  const pump = (): void => {
    if (isOver || isPaused.value || document.hidden) return;
    const now = Date.now();
    for (const id of wanted) {
      if (under >= AT_ONCE) return;
      if (now - (askedMs.get(id) ?? 0) < AGAIN_MS) continue;
      wanted.delete(id);
      under++;
      void ask(id).finally(() => {
        under--;
        pump();
      });
    }
  };
  // What was heard of too soon after it was asked for is due by itself.
  const timer = setInterval(pump, AGAIN_MS / 2);
  const watch = (ids: readonly string[]): void => {
    watched = new Set(ids);
    for (const id of wanted) if (!watched.has(id)) wanted.delete(id);
    for (const id of ids) if (!askedMs.has(id)) wanted.add(id);
    pump();
  };
  const end = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  return { heard, figures, note, watch, end };
}

/** The meter's own stream of the organization, while somebody looks. */
function follow(note: Heard['note']): () => void {
  const source = new EventSource(ofOrganization('/api/live'));
  source.addEventListener('heartbeat', ({ data }: MessageEvent<string>) => {
    const { runtime_id: id, at } = JSON.parse(data) as { readonly runtime_id: string; readonly at: number };
    note(id, at);
  });
  return () => source.close();
}

export function useHeard(): Heard {
  const kept = useMemo(listen, []);
  useEffect(() => () => kept.end(), [kept]);
  useEffect(() => {
    let close: (() => void) | undefined;
    const look = (): void => {
      const isWanted = !document.hidden && !isPaused.value;
      if (isWanted) close ??= follow(kept.note);
      else {
        close?.();
        close = undefined;
      }
    };
    const unsubscribe = isPaused.subscribe(look);
    document.addEventListener('visibilitychange', look);
    return () => {
      unsubscribe();
      document.removeEventListener('visibilitychange', look);
      close?.();
    };
  }, [kept]);
  return kept;
}
