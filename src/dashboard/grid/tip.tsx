/** Beside the pointer: which cell it is, how it stands, and, when the pointer rests, why, in the planner's own words. */
import { useEffect, useState } from 'preact/hooks';
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { ofOrganization } from '../data/organization.ts';
import { ago } from '../ui/format.ts';
import { Mark } from '../ui/stand.tsx';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { REASONS, standOf } from './palette.ts';

interface Props {
  readonly computation: string;
  readonly date: string;
  readonly byte: number;
  /** Of a figure's lens, in words. */
  readonly figure: string | undefined;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** How long a pointer rests before more is asked for, in ms. */
const REST_MS = 150;
const TIP_WIDTH = 300;

export function Tip({ computation, date, byte, figure, x, y, width }: Props) {
  const state = standOf(byte);
  const told = useExplained(computation, date);
  const left = x + 16 + TIP_WIDTH > width ? Math.max(0, x - TIP_WIDTH - 12) : x + 16;
  return (
    <div class="tip" style={{ left: `${left}px`, top: `${y + 18}px`, width: `${TIP_WIDTH}px` }}>
      <strong>
        {computation}@{date}
      </strong>
      {state === undefined ? null : (
        <p>
          <Mark state={state} /> {STAND_MARKS[state].word}: {told?.now.text ?? REASONS[byte >> 4]?.word}
        </p>
      )}
      {told?.last?.error == null ? null : <p class="bad">{firstLine(told.last.error.message)}</p>}
      {told?.last?.finishedAt == null ? null : (
        <p class="quiet">
          {told.last.status === 'FAILED' ? 'failed' : 'made'} {ago(Date.parse(told.last.finishedAt))}
          {told.last.runId === null ? '' : `, ${told.last.runId}`}
        </p>
      )}
      {figure === undefined ? null : <p>{figure}</p>}
    </div>
  );
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.slice(0, 200) ?? '';

/** One request for a cell that is looked at, none for those that are passed over. */
function useExplained(computation: string, date: string): ExplainAnswer | undefined {
  const [told, setTold] = useState<ExplainAnswer>();
  useEffect(() => {
    setTold(undefined);
    const gone = new AbortController();
    const url = ofOrganization(`/api/mill/cells/${encodeURIComponent(computation)}/${date}`);
    const timer = setTimeout(() => {
      fetch(url, { signal: gone.signal, cache: 'no-cache' })
        .then(async (response) => (response.ok ? setTold((await response.json()) as ExplainAnswer) : undefined))
        // The tip says what the grid itself knows.
        .catch(() => undefined);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [computation, date]);
  return told;
}
