/** How each state of a cell looks: as src/mill/answers/state-marks.ts has it, which the page may not take values from; a test holds the two together. */
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import type { CellState, StateMark } from '../../mill/answers/state-marks.ts';

type Mark = Pick<StateMark, 'word' | 'glyph' | 'light' | 'dark'>;

export const STAND_MARKS: Readonly<Record<CellState, Mark>> = {
  run: { word: 'run', glyph: '+', light: '#1d63ee', dark: '#6ba2db' },
  rerun: { word: 'rerun', glyph: '↻', light: '#5c2d89', dark: '#7e41f2' },
  failed: { word: 'failed', glyph: '×', light: '#c61c24', dark: '#ee231f' },
  upstreamFailed: { word: 'upstream failed', glyph: '!', light: '#c68209', dark: '#e6ba39' },
  blocked: { word: 'blocked', glyph: '‖', light: '#36383b', dark: '#9ea2a4' },
  impossible: { word: 'impossible', glyph: '–', light: '#e4e8f1', dark: '#1f2a2f' },
  stable: { word: 'stable', glyph: '≈', light: '#a592d2', dark: '#513b78' },
  upToDate: { word: 'up to date', glyph: '·', light: '#a3b2b7', dark: '#3d6c68' },
  running: { word: 'running', glyph: '▸', light: '#0c9c72', dark: '#88f2c4' },
};

/** By the low four bits of a cell of the grid; 15 is outside of its days. */
export const STATES: readonly CellState[] = [
  'run',
  'rerun',
  'failed',
  'upstreamFailed',
  'blocked',
  'impossible',
  'stable',
  'upToDate',
  'running',
];

/** How the grid would show the cell. */
export function stateOf({ now, last }: Pick<ExplainAnswer, 'now' | 'last'>): CellState {
  if (now.reason.why === 'IN_FLIGHT') return 'running';
  switch (now.outcome) {
    case 'RUN':
      return 'run';
    case 'RERUN':
      return last?.status === 'FAILED' ? 'failed' : 'rerun';
    case 'SKIP':
      return 'upToDate';
    case 'STABLE':
      return 'stable';
    case 'BLOCKED':
      return 'blocked';
    case 'FAILED_DEPENDENCY':
      return 'upstreamFailed';
    case 'IMPOSSIBLE':
      return 'impossible';
  }
}

const WORDS: Readonly<Record<string, string>> = {
  RUN: 'run',
  RERUN: 'rerun',
  SKIP: 'up to date',
  STABLE: 'stable',
  BLOCKED: 'blocked',
  FAILED_DEPENDENCY: 'upstream failed',
  IMPOSSIBLE: 'impossible',
};
const OUTCOME = new RegExp(`^(ran \\S+ )?(${Object.keys(WORDS).join('|')})(\\??)(?=$|[:,. ])`);

/** A text that begins with an outcome, as stored reasons and causes do: with the word for it. */
export const inWords = (text: string): string =>
  text.replace(OUTCOME, (_, ran = '', outcome: string, maybe: string) => `${ran}${WORDS[outcome] ?? outcome}${maybe}`);

/** Why, of a text that begins with what follows from it: `RERUN: code changed` is `code changed`, `NO_DATA prices` is `no data of prices`. */
export const because = (text: string): string =>
  inWords(text)
    .replace(/^(?:re)?run\??: /, '')
    .replace(/^NO_DATA /, 'no data of ')
    .replace(/^UPSTREAM (\S+)$/, '$1 is impossible');
