/** Pictures as SVG that needs nothing beside it: tags, texts, and the colours of the page in both of its themes. */

export type Attributes = Readonly<Record<string, string | number | undefined>>;

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no way to write control characters. */
const UNWRITABLE = /[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu;

export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(UNWRITABLE, '\uFFFD')
    .replace(/[&<>"]/g, (one) => SPECIAL[one] ?? one);

/** What a picture says that it is, whoever drew it; undefined where it does not. */
export function titleOf(svg: string): string | undefined {
  const written = /<title[^>]*>([^<]*)<\/title>/.exec(svg)?.[1]?.trim();
  if (written === undefined || written === '') return undefined;
  return Object.entries(SPECIAL)
    .toReversed()
    .reduce((text, [one, entity]) => text.replaceAll(entity, one), written);
}

/** `children` are tags already; see `words` for text. */
export function tag(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) =>
      value === undefined ? [] : ` ${key}="${typeof value === 'number' ? short(value) : escaped(value)}"`,
    )
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export const words = (x: number, y: number, text: string, attributes: Attributes = {}): string =>
  tag('text', { x, y, ...attributes }, escaped(text));

/** Hundredths of a pixel are more than anybody sees. */
export const short = (value: number): string => String(Math.round(value * 100) / 100);

/** Of 11 px text in the system's own sans-serif, roughly. */
const CHARACTER_WIDTH = 6.3;
export const textWidth = (text: string): number => text.length * CHARACTER_WIDTH;

export interface Themes {
  readonly light: string;
  readonly dark: string;
}

/** As the page has them. */
export const INKS = {
  ground: { light: '#ffffff', dark: '#10161d' },
  text: { light: '#14202b', dark: '#e4eaf0' },
  quiet: { light: '#566573', dark: '#94a3b3' },
  line: { light: '#d5dce3', dark: '#2c3845' },
} as const satisfies Record<string, Themes>;

/** CSS variables, so that a picture on its own follows who looks at it; a paper is light. */
export function themed(colours: Readonly<Record<string, Themes>>): string {
  const all = Object.entries({ ...INKS, ...colours });
  const of = (theme: keyof Themes): string => all.map(([name, themes]) => `--${name}:${themes[theme]}`).join(';');
  return `:root{${of('light')}}@media (prefers-color-scheme:dark){:root{${of('dark')}}}`;
}

const TEXT_STYLE =
  'text{font:11px system-ui,sans-serif;fill:var(--text)}.quiet{fill:var(--quiet)}.title{font-size:13px;font-weight:600}';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** For who cannot see it. */
  readonly title: string;
  /** What is seen, where the title does not say it all. */
  readonly description?: string;
  readonly style: string;
  readonly children: readonly string[];
}

export const picture = ({ width, height, title, description, style, children }: Picture): string =>
  `${tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${short(width)} ${short(height)}`,
      role: 'img',
      'aria-labelledby': 'title',
      'aria-describedby': description === undefined ? undefined : 'desc',
    },
    `\n<title id="title">${escaped(title)}</title>`,
    ...(description === undefined ? [] : [`\n<desc id="desc">${escaped(description)}</desc>`]),
    `\n<style>${style}${TEXT_STYLE}</style>`,
    `\n${tag('rect', { width: '100%', height: '100%', style: 'fill:var(--ground)' })}`,
    ...children.map((child) => `\n${child}`),
    '\n',
  )}\n`;
