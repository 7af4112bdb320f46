/** Functions of one value, with the numbers that are given beside it: a row each. */

/** Undefined where there is none then. */
export type ElementFunction = (value: number, a: number, b: number) => number | undefined;

const date =
  (part: (date: Date) => number): ElementFunction =>
  (seconds) => {
    const made = new Date(Math.trunc(seconds) * 1_000);
    return Number.isNaN(made.getTime()) ? NaN : part(made);
  };

const DAY_MS = 86_400_000;

const dayOfYear = (day: Date): number =>
  Math.floor((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;

const daysInMonth = (day: Date): number =>
  new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate();

/** To a multiple of `to`; halves up. By the inverse, as a tenth is none in binary. */
function rounded(value: number, to: number): number {
  const inverse = 1 / to;
  return Math.floor(value * inverse + 0.5) / inverse;
}

const clamped = (value: number, least: number, most: number): number =>
  Number.isNaN(least) || Number.isNaN(most) ? NaN : Math.max(least, Math.min(most, value));

export const ELEMENT_FUNCTIONS: Readonly<Record<string, ElementFunction>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sgn: Math.sign,
  deg: (value) => (value * 180) / Math.PI,
  rad: (value) => (value * Math.PI) / 180,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  round: (value, to) => rounded(value, Number.isNaN(to) ? 1 : to),
  clamp: (value, least, most) => (least > most ? undefined : clamped(value, least, most)),
  clamp_min: (value, least) => clamped(value, least, Infinity),
  clamp_max: (value, most) => clamped(value, -Infinity, most),
  minute: date((at) => at.getUTCMinutes()),
  hour: date((at) => at.getUTCHours()),
  day_of_week: date((at) => at.getUTCDay()),
  day_of_month: date((at) => at.getUTCDate()),
  day_of_year: date(dayOfYear),
  days_in_month: date(daysInMonth),
  month: date((at) => at.getUTCMonth() + 1),
  year: date((at) => at.getUTCFullYear()),
};
