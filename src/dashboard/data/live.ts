/** What changes while the page is looked at: one stream a tab, closed while nobody looks, opened again where it broke off. */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { days } from './project.ts';
import { ofOrganization } from './organization.ts';
import { connection, refreshAll, sequence, updatedMs } from './answer.ts';

export const isPaused = signal(false);

export interface GridPatch {
  readonly sequence: number;
  /** `[row, first column, last column, state]`; absent when the whole grid is to be asked for again. */
  readonly changes?: readonly (readonly [number, number, number, number])[];
  readonly refetch?: boolean;
}

export const patch = signal<GridPatch | undefined>(undefined);

/** Panels are asked for again at most so often, in ms: a wave of a thousand cells is one change to who reads a table. */
const REFRESH_MS = 1_000;
/** Between two tries to reach a server that was lost, in ms. */
const RETRY_MS = 3_000;

let refreshing: ReturnType<typeof setTimeout> | undefined;
function refreshSoon(): void {
  refreshing ??= setTimeout(() => {
    refreshing = undefined;
    if (!isPaused.value) refreshAll();
  }, REFRESH_MS);
}

function follow(): () => void {
  const { from, to } = days.value;
  if (from === '' || to === '') return () => {};
  const source = new EventSource(ofOrganization(`/api/mill/live?from=${from}&to=${to}`));
  source.addEventListener('open', () => (connection.value = 'up'));
  source.addEventListener('grid', ({ data }: MessageEvent<string>) => {
    const told = JSON.parse(data) as GridPatch;
    patch.value = told;
    updatedMs.value = Date.now();
    if (told.sequence > sequence.value) sequence.value = told.sequence;
    refreshSoon();
  });
  // The browser tries again by itself, unless it was refused: then the panels say why.
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) refreshSoon();
  });
  return () => source.close();
}

export function useLive(): void {
  useEffect(() => {
    const isHidden = signal(document.hidden);
    const look = (): void => {
      isHidden.value = document.hidden;
    };
    document.addEventListener('visibilitychange', look);
    const end = effect(() => (isHidden.value || isPaused.value ? undefined : follow()));
    const timer = setInterval(() => connection.value === 'lost' && !document.hidden && refreshAll(), RETRY_MS);
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearInterval(timer);
      end();
    };
  }, []);
}
