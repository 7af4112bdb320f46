/** The last ends of a job as dots, the newest at the right: as tall as it took, crossed when it failed. */
import { seconds, time } from '../ui/format.ts';

export interface Job {
  readonly name: string;
  readonly nextMs?: number | undefined;
  /** The last first. */
  readonly last: readonly {
    readonly startedMs: number;
    readonly tookMs: number;
    readonly ok: boolean;
    /** What came of it. */
    readonly text?: string;
  }[];
}

const SHOWN = 10;
const STEP = 16;
const HEIGHT = 20;
const MIDDLE = HEIGHT / 2;
const [LEAST, MOST] = [2.5, 6];

export function LastEnds({ last }: Pick<Job, 'last'>) {
  const shown = last.slice(0, SHOWN).toReversed();
  const longest = Math.max(1, ...shown.map(({ tookMs }) => tookMs));
  const failed = shown.filter(({ ok }) => !ok).length;
  const words =
    shown.length === 0 ? 'never ran' : `${shown.length} ends, ${failed === 0 ? 'none failed' : `${failed} failed`}`;
  return (
    <svg class="ends" width={SHOWN * STEP} height={HEIGHT} role="img" aria-label={words}>
      {shown.map(({ startedMs, tookMs, ok, text = '' }, index) => {
        const x = (SHOWN - shown.length + index) * STEP + STEP / 2;
        const title = `${time(startedMs)}, ${seconds(tookMs / 1_000)}${ok ? '' : ', failed'}${text === '' ? '' : `: ${text}`}`;
        return (
          <g key={startedMs} class={ok ? 'ok' : 'failed'}>
            <title>{title}</title>
            <rect class="reach" x={x - STEP / 2} width={STEP} height={HEIGHT} />
            {ok ? (
              // By its area: twice as long is twice as much ink.
              <circle cx={x} cy={MIDDLE} r={LEAST + (MOST - LEAST) * Math.sqrt(tookMs / longest)} />
            ) : (
              <path d={`M${x - 5} ${MIDDLE - 5}l10 10m0 -10l-10 10`} />
            )}
          </g>
        );
      })}
    </svg>
  );
}
