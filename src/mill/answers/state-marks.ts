/**
 * How each state of a cell looks, wherever it is drawn: in the page, in a picture, on paper. Data alone: the page, which takes types
 * only, has the same in its own files, and a test holds them to this.
 *
 * Told apart by everybody: any two colours are at least 10 apart by CIEDE2000, also without one kind of cone; and a glyph and a pattern
 * say the same without colour. What somebody may have to act on has a contrast of 3:1 with the ground. Red is for what failed alone;
 * what rests is calm.
 */
import type { Stand } from '../planning/report.ts';

/** A stand, or that a task of an open run has the cell now. */
export type CellState = Stand | 'running';

/** A line style that tells areas apart in print: drawn in the ground's colour on the state's. */
export type Pattern = 'plain' | 'rising' | 'falling' | 'crossed' | 'upright' | 'level' | 'dots' | 'frame' | 'ring';

export interface StateMark {
  /** As the command line says it. */
  readonly word: string;
  readonly glyph: string;
  readonly pattern: Pattern;
  /** On white, and on the dark ground. */
  readonly light: string;
  readonly dark: string;
  /** Whether somebody may have to act on it, or it is news. */
  readonly isLoud: boolean;
}

export const GROUNDS = { light: '#ffffff', dark: '#10161d' } as const;

export const STATE_MARKS: Readonly<Record<CellState, StateMark>> = {
  run: { word: 'run', glyph: '+', pattern: 'dots', light: '#1d63ee', dark: '#6ba2db', isLoud: true },
  rerun: { word: 'rerun', glyph: '↻', pattern: 'rising', light: '#5c2d89', dark: '#7e41f2', isLoud: true },
  failed: { word: 'failed', glyph: '×', pattern: 'crossed', light: '#c61c24', dark: '#ee231f', isLoud: true },
  upstreamFailed: {
    word: 'upstream failed',
    glyph: '!',
    pattern: 'falling',
    light: '#c68209',
    dark: '#e6ba39',
    isLoud: true,
  },
  blocked: { word: 'blocked', glyph: '‖', pattern: 'level', light: '#36383b', dark: '#9ea2a4', isLoud: true },
  impossible: { word: 'impossible', glyph: '–', pattern: 'frame', light: '#e4e8f1', dark: '#1f2a2f', isLoud: false },
  stable: { word: 'stable', glyph: '≈', pattern: 'ring', light: '#a592d2', dark: '#513b78', isLoud: false },
  upToDate: { word: 'up to date', glyph: '·', pattern: 'plain', light: '#a3b2b7', dark: '#3d6c68', isLoud: false },
  running: { word: 'running', glyph: '▸', pattern: 'upright', light: '#0c9c72', dark: '#88f2c4', isLoud: true },
};

/** Where several cells share a place the first of these wins: nothing that needs a person is hidden. */
export const WORST_FIRST: readonly CellState[] = [
  'failed',
  'upstreamFailed',
  'blocked',
  'running',
  'run',
  'rerun',
  'impossible',
  'stable',
  'upToDate',
];
