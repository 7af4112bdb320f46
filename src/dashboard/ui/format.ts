/** Figures and times in words, as the command line has them. */

export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1_000)} ms`;
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 90) return `${Math.round(value)} s`;
  if (value < 5_400) return `${Math.round(value / 60)} min`;
  return `${(value / 3_600).toFixed(1)} h`;
}

export const millis = (value: number): string => seconds(value / 1_000);

/** Of MiB. */
export const megabytes = (value: number): string =>
  value < 1_024 ? `${Math.round(value)} MiB` : `${(value / 1_024).toFixed(1)} GiB`;

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** Of less, how much does not matter. */
const LEAST_DOLLARS = 0.000001;

export const dollars = (value: number): string =>
  value === 0
    ? '$0'
    : value < LEAST_DOLLARS
      ? `<$${LEAST_DOLLARS.toFixed(6)}`
      : value < 0.01
        ? `$${value.toPrecision(2)}`
        : `$${value.toFixed(2)}`;

const WHOLE = new Intl.NumberFormat('en-US');
export const count = (value: number): string => WHOLE.format(value);

/** `1 cell`, `2,000 cells`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${value === 1 ? noun : `${noun}s`}`;

/** `2026-01-31 04:05:06`, of UTC. */
export function time(value: number | string): string {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 19).replace('T', ' ');
}

export const ago = (ms: number, now = Date.now()): string => `${seconds(Math.max(0, now - ms) / 1_000)} ago`;

export const percent = (share: number): string => `${(share * 100).toPrecision(share >= 0.1 ? 3 : 2)} %`;
