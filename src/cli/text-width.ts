/** Text as a terminal shows it: how wide it is, cut, and broken between words. Colours count for nothing. */
import { stripVTControlCharacters } from 'node:util';

/** Takes two columns: East Asian letters, their full-width forms and punctuation, and pictures. */
const WIDE = String.raw`^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|.*\uFE0F)`;

/** Made when the first text needs them, which few do: their tables of Unicode take longer to load than a screen to print. */
const tables = (() => {
  let made: { readonly graphemes: Intl.Segmenter; readonly wide: RegExp } | undefined;
  return () => (made ??= { graphemes: new Intl.Segmenter(), wide: new RegExp(WIDE, 'u') });
})();

/** Letters and punctuation that are one column each, as nearly every text has them: of ASCII, Latin, and dashes, quotes and ellipses. */
const PLAIN = /^[\x20-\x7E\u00A1-\u024F\u2010-\u2027\u2030-\u2038]*$/;

/** In columns of a terminal. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const { graphemes, wide } = tables();
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Text without colours, of so many columns at most; what was cut is an ellipsis. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const [kept] = splitAt(text, width - 1);
  return `${kept}…`;
}

/** A colour code, or a letter. */
const PARTS = new RegExp(String.raw`\u001B\[[\d;]*m|[^\u001B]+|\u001B`, 'g');

/** The part that fits into so many columns, and the rest; codes of colours go with what they stand before. */
export function splitAt(text: string, width: number): readonly [fits: string, rest: string] {
  let [fits, rest, used] = ['', '', 0];
  for (const [part] of text.matchAll(PARTS)) {
    if (part.startsWith('\u001B[')) {
      if (rest === '') fits += part;
      else rest += part;
      continue;
    }
    for (const { segment } of tables().graphemes.segment(part)) {
      used += widthOf(segment);
      if (rest === '' && used <= width) fits += segment;
      else rest += segment;
    }
  }
  return [fits, rest];
}

/** A blank, but not that between a number and its unit, nor one before an ellipsis. */
const BETWEEN_WORDS = /(?<!\d) (?!…)| (?!…|(?:s|min|h|B|kB|MB|GB|%)(?![\w]))/;

/** Columns that a text wants if none of its words is to be broken. */
export const widestWord = (text: string): number =>
  text.split(BETWEEN_WORDS).reduce((most, word) => Math.max(most, widthOf(word)), 0);

/** Where a word that is too wide is broken, if it can be: `dependency:`, `src/`, `airport-`. */
const JOINTS = /^.*[:,/-]/s;

/** Lines of so many columns at most (the first of `first`), broken between words; a word that is wider is broken at a joint, or where it must be. */
export function wrapText(text: string, others: number, first: number = others): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BETWEEN_WORDS)) {
    const width = (): number => Math.max(1, lines.length === 0 ? first : others);
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width()) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > width()) {
      const [most] = splitAt(line, width());
      const [joint = most] = JOINTS.exec(most) ?? [];
      const fits = widthOf(joint) >= width() / 3 ? joint : most;
      const rest = line.slice(fits.length);
      if (fits === '' || rest === '') break;
      lines.push(fits);
      line = rest;
    }
  }
  return [...lines, line];
}
