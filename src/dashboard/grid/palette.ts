/** Colours of cells, by what is looked at: how they stand, why, or a figure of theirs. A byte a cell goes in, a colour comes out. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { STAND_MARKS, STATES } from '../ui/stand-marks.ts';

export interface Palette {
  /** By byte: a colour as the canvas' own memory has it on little-endian machines, 0xAABBGGRR. */
  readonly colours: Uint32Array;
  /** By byte: of cells that share a pixel, the one with the greatest is shown. */
  readonly ranks: Uint8Array;
}

/** What must not be overlooked goes before what is calm: as src/mill/answers/state-marks.ts has it. */
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

/** Why, by the upper four bits, in the order of REASONS in src/mill/answers/grid.ts. */
export const REASONS: readonly { readonly word: string; readonly light: string; readonly dark: string }[] = [
  { word: 'nothing it reads has changed', light: '#a3b2b7', dark: '#3d6c68' },
  { word: 'never ran', light: '#1d63ee', dark: '#6ba2db' },
  { word: 'its code changed', light: '#5c2d89', dark: '#a97bff' },
  { word: 'its data changed', light: '#0c7d8c', dark: '#4fd0e0' },
  { word: 'what it reads is made again', light: '#b15bd6', dark: '#d9a2f2' },
  { word: 'somebody asked for it', light: '#a86a00', dark: '#f2c14e' },
  { word: 'what was made is lost or doubted', light: '#d0457a', dark: '#ff8fb8' },
  { word: 'what it reads came out the same', light: '#7cc4a4', dark: '#2e8b66' },
  { word: 'its code changed, and does the same', light: '#a592d2', dark: '#6a52a0' },
  { word: 'a run has it', light: '#0c9c72', dark: '#88f2c4' },
  { word: 'waits for another cell', light: '#36383b', dark: '#9ea2a4' },
  { word: 'somebody paused it', light: '#6b5a2e', dark: '#c9b26b' },
  { word: 'parked: its dates fail alike', light: '#7d2a2a', dark: '#d27f7f' },
  { word: 'there is no data for it', light: '#e4e8f1', dark: '#1f2a2f' },
  { word: 'it, or what it reads, failed', light: '#c61c24', dark: '#ee231f' },
  { word: 'another reason', light: '#c9cdd3', dark: '#4a525b' },
];

export const standOf = (byte: number): CellState | undefined => STATES[byte & 15];

/** As the canvas' memory has it: of `#rrggbb`, or of `#rgb`, which is what a minified style sheet says instead where it can. */
export const abgr = (hex: string): number => {
  const whole = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/gi, '$&$&') : hex;
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(whole.slice(at, at + 2), 16)) as [number, number, number];
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
};

/** Halfway to the ground and further: what is not asked for. */
export function faded(hex: string, ground: string): string {
  const part = (at: number): string =>
    Math.round(Number.parseInt(hex.slice(at, at + 2), 16) * 0.18 + Number.parseInt(ground.slice(at, at + 2), 16) * 0.82)
      .toString(16)
      .padStart(2, '0');
  return `#${part(1)}${part(3)}${part(5)}`;
}

export interface Look {
  readonly isDark: boolean;
  /** Of the page. */
  readonly ground: string;
  /** States that are asked for; all when empty. */
  readonly only: ReadonlySet<string>;
}

/** By how cells stand, or by why. */
export function statePalette(lens: 'outcome' | 'why', { isDark, ground, only }: Look): Palette {
  const colours = new Uint32Array(256);
  const ranks = new Uint8Array(256);
  const theme = isDark ? 'dark' : 'light';
  for (let byte = 0; byte < 256; byte++) {
    const state = standOf(byte);
    if (state === undefined) {
      colours[byte] = abgr(ground);
      continue;
    }
    const colour = lens === 'outcome' ? STAND_MARKS[state][theme] : (REASONS[byte >> 4]?.[theme] ?? ground);
    const key = lens === 'outcome' ? state : String(byte >> 4);
    const isAsked = only.size === 0 || only.has(key);
    colours[byte] = abgr(isAsked ? colour : faded(colour, ground));
    ranks[byte] = (isAsked ? 16 : 0) + WORST_FIRST.length - WORST_FIRST.indexOf(state);
  }
  return { colours, ranks };
}

/** No figure is known. */
export const UNKNOWN = 255;

/** From little to much: one hue that is read as more by its lightness, in both themes, also without colour. */
const SCALE = {
  light: ['#e8eef5', '#0b3c6f'],
  dark: ['#1b2733', '#9fd0ff'],
} as const;

/** Bytes 0 to 254 from little to much; of `hash`, turns of hues: equal is equal. */
export function figurePalette(isTurns: boolean, { isDark, ground }: Pick<Look, 'isDark' | 'ground'>): Palette {
  const colours = new Uint32Array(256);
  const ranks = new Uint8Array(256);
  const [low, high] = SCALE[isDark ? 'dark' : 'light'];
  for (let byte = 0; byte < UNKNOWN; byte++) {
    colours[byte] = abgr(isTurns ? turn(byte, isDark) : mixed(low, high, byte / (UNKNOWN - 1)));
    ranks[byte] = byte + 1;
  }
  colours[UNKNOWN] = abgr(ground);
  return { colours, ranks };
}

function mixed(low: string, high: string, share: number): string {
  const part = (at: number): string => {
    const [a, b] = [Number.parseInt(low.slice(at, at + 2), 16), Number.parseInt(high.slice(at, at + 2), 16)];
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** Hues a golden angle apart, in turn lighter and darker: neighbours in number are never alike. */
function turn(byte: number, isDark: boolean): string {
  const hue = (byte * 137.508) % 360;
  const lightness = (isDark ? 0.58 : 0.5) + (byte % 3) * 0.1 - 0.1;
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.5;
  const part = (shift: number): string => {
    const k = (shift + hue / 30) % 12;
    const value = lightness - (chroma / 2) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
