/** What the timeline's colours and signs mean. */
import { isDark } from '../shell/theme.ts';
import { STAND_MARKS } from '../ui/stand-marks.ts';

const ENDS = [
  ['upToDate', 'completed'],
  ['failed', 'failed'],
  ['upstreamFailed', 'out of memory'],
  ['rerun', 'died'],
  ['stable', 'given back'],
  ['blocked', 'cancelled'],
  ['running', 'under way'],
] as const;

/** Those that there are. */
export const Legend = ({ ends }: { readonly ends: ReadonlySet<string> }) => (
  <p class="legend quiet">
    {ENDS.filter(([, word]) => ends.has(word)).map(([state, word]) => (
      <span key={word}>
        <svg width="12" height="10" aria-hidden="true">
          <rect width="12" height="10" fill={STAND_MARKS[state][isDark.value ? 'dark' : 'light']} />
        </svg>
        {word}
      </span>
    ))}
    <span>
      <svg width="12" height="10" aria-hidden="true">
        <path d="M0 5l5-5M0 10L10 0M4 10l8-8M9 10l3-3" stroke="currentColor" />
      </svg>
      waits
    </span>
    <span>
      <svg width="12" height="10" aria-hidden="true">
        <rect x="1" y="1" width="10" height="8" fill="none" stroke="currentColor" stroke-width="1.5" />
      </svg>
      critical path
    </span>
    <span>
      <svg width="12" height="10" aria-hidden="true">
        <path d="M0 0h7L0 7z" fill="currentColor" />
      </svg>
      cold start
    </span>
  </p>
);
