/** Text of others as Markdown that shows it as it is, and changes nothing around it: https://github.github.com/gfm/ */

/** Whatever Markdown or HTML would take for its own. */
const SPECIAL = /[\\`*_[\]|~<>$]|&(?=#?\w+;)/g;

/** What begins a block where a line begins: headings, quotes, tables, rules, lists, fences. */
const BLOCK = /^(\s*)(#|>|\||-|\+|=|~|`{3}|\d+[.)](?=\s|$))/;

/** On one line, with no mark of its own. */
export const plain = (text: string): string =>
  oneLine(text)
    .replace(SPECIAL, (mark) => (mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`))
    .replace(BLOCK, guarded);

/** As code, whatever it holds; in a table if told so, where a bar has to be escaped even there. */
export function code(text: string, where: 'table' | 'text' = 'text'): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${where === 'table' ? withinCell(line) : line}${pad}${fence}`;
}

/**
 * What authors write above their code, on one line of a table: emphasis and code are theirs, as comments are Markdown anyway, but neither
 * HTML nor a bar.
 */
export const cell = (comment: string): string => withinCell(inline(oneLine(comment)));

/** The same as paragraphs; lists stay, but no line makes a heading, a table, a fence or a rule. */
export const paragraphs = (comment: string): string =>
  comment
    .split(/\n\s*\n/)
    .map((paragraph) =>
      inline(paragraph)
        .split('\n')
        .map((line) => (/^\s*(?:[-*+]|\d+[.)])\s/.test(line) ? line : line.trim().replace(BLOCK, guarded)))
        .join('\n'),
    )
    .join('\n\n');

/** No bar ends the cell: one after an odd number of backslashes does not anyway. */
const withinCell = (text: string): string =>
  text.replace(/(\\*)\|/g, (bar, slashes: string) => (slashes.length % 2 === 1 ? bar : `${slashes}\\|`));

/** HTML is shown, not meant; within code it is anyway. */
const inline = (text: string): string =>
  text
    .split(/(`[^`]+`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replaceAll(/&(?=#?\w+;)/g, '&amp;')
            .replaceAll('<', '&lt;')
            .replaceAll('`', '\\`')
            .replaceAll(/!?\[/g, '\\['),
    )
    .join('');

const guarded = (_: string, space: string, mark: string): string => {
  const [last = ''] = mark.slice(-1);
  return `${space}${mark.slice(0, -1)}\\${last}`;
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The name under which GitHub finds a heading again. */
export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** A pipe table; cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
