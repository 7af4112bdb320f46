/** Colours as people see them: CIELAB, CIEDE2000, contrast, and what is left without one kind of cone. */

export type Triple = readonly [number, number, number];

/** Of linear sRGB, for a full loss: Machado, Oliveira, Fernandes (2009), table 1. */
const SIMULATIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;
export type Sight = keyof typeof SIMULATIONS;
export const SIGHTS = Object.keys(SIMULATIONS) as Sight[];

/** `#rrggbb` as linear light, 0 to 1. */
export function linear(hex: string): Triple {
  const [, r = '', g = '', b = ''] = /^#(..)(..)(..)$/.exec(hex) ?? [];
  const part = (digits: string): number => {
    const c = Number.parseInt(digits, 16) / 255;
    if (Number.isNaN(c)) throw new Error(`${hex} is no #rrggbb`);
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(r), part(g), part(b)];
}

export const seenBy = (sight: Sight, rgb: Triple): Triple => {
  const clamped = through(SIMULATIONS[sight], rgb).map((c) => Math.min(1, Math.max(0, c)));
  return clamped as unknown as Triple;
};

/** WCAG 2: of 1 to 21. */
export function contrast(one: Triple, other: Triple): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const luminance = ([r, g, b]: Triple): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** From linear sRGB, by the white of D65. */
export function lab(rgb: Triple): Triple {
  const [x, y, z] = through(
    [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041],
    rgb,
  );
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function through(m: readonly number[], [a, b, c]: Triple): Triple {
  const row = (i: number): number => (m[i] ?? 0) * a + (m[i + 1] ?? 0) * b + (m[i + 2] ?? 0) * c;
  return [row(0), row(3), row(6)];
}

/** How different two colours of CIELAB look: CIEDE2000, all weights 1. As in Sharma, Wu, Dalal (2005). */
export function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [p1, p2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  const dh = c1 * c2 === 0 ? 0 : around(h2 - h1);
  const [dL, dC, dH] = [l2 - l1, c2 - c1, 2 * Math.sqrt(c1 * c2) * sin(dh / 2)];
  const [L, C] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const H = meanHue(h1, h2, c1 * c2 === 0);
  const t = 1 - 0.17 * cos(H - 30) + 0.24 * cos(2 * H) + 0.32 * cos(3 * H + 6) - 0.2 * cos(4 * H - 63);
  const sL = 1 + (0.015 * (L - 50) ** 2) / Math.sqrt(20 + (L - 50) ** 2);
  const [sC, sH] = [1 + 0.045 * C, 1 + 0.015 * C * t];
  const turn = 30 * Math.exp(-(((H - 275) / 25) ** 2));
  const rT = -sin(2 * turn) * 2 * Math.sqrt(C ** 7 / (C ** 7 + 25 ** 7));
  return Math.sqrt((dL / sL) ** 2 + (dC / sC) ** 2 + (dH / sH) ** 2 + rT * (dC / sC) * (dH / sH));
}

/** Degrees, 0 to 360; that of a grey is 0. */
const hue = (a: number, b: number): number =>
  a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

/** The short way round. */
const around = (degrees: number): number => (degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees);

function meanHue(h1: number, h2: number, isGrey: boolean): number {
  if (isGrey) return h1 + h2;
  if (Math.abs(h1 - h2) <= 180) return (h1 + h2) / 2;
  return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

const sin = (degrees: number): number => Math.sin((degrees * Math.PI) / 180);
const cos = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
