/** Colours of lines, the first the first: those of the page's explorer, which may take no values from here; a test holds the two together. */
export const LINE_COLOURS = {
  light: ['#0b63c5', '#7a4a32', '#b85c00', '#a0248f', '#16794c', '#c62121', '#0f7f8c', '#8a6d00', '#5b3fc4', '#3f5d17'],
  dark: ['#6cb2ff', '#cfa58a', '#5fd3dd', '#ff7a70', '#e3cf57', '#4fca8c', '#f08ae0', '#a7cf6a', '#b39bff', '#ffab4d'],
} as const;
