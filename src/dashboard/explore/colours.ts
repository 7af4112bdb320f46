/** Colours of series: a palette a theme, each at least 3:1 against its ground. Beyond ten the line is dashed. Pure. */

/** Neighbours are far apart, also for who lacks one kind of cone. */
export const SERIES_COLOURS = {
  light: ['#0b63c5', '#7a4a32', '#b85c00', '#a0248f', '#16794c', '#c62121', '#0f7f8c', '#8a6d00', '#5b3fc4', '#3f5d17'],
  dark: ['#6cb2ff', '#cfa58a', '#5fd3dd', '#ff7a70', '#e3cf57', '#4fca8c', '#f08ae0', '#a7cf6a', '#b39bff', '#ffab4d'],
} as const;

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]];

export function lineOf(index: number, isDark: boolean): { readonly stroke: string; readonly dash: readonly number[] } {
  const palette = SERIES_COLOURS[isDark ? 'dark' : 'light'];
  return {
    stroke: palette[index % palette.length] ?? palette[0],
    dash: DASHES[Math.floor(index / palette.length) % DASHES.length] ?? [],
  };
}
