/** What may stand where the caret is in an expression. Pure. */

interface At {
  /** Where what is being written begins. */
  readonly start: number;
  readonly prefix: string;
}

export type Wanted =
  | (At & { readonly kind: 'name' })
  /** `metric` is that before the braces; '' where it is not known. */
  | (At & { readonly kind: 'label'; readonly metric: string })
  | (At & { readonly kind: 'value'; readonly metric: string; readonly label: string });

export interface Choice {
  readonly text: string;
  /** What it is: function, counter, label… */
  readonly type: string;
  readonly help?: string;
}

const WORD_END = /[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const NAME_BEFORE = /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*$/;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*$/i;
const LABEL_OPERATOR = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(?:=~|!~|!=|=)\s*$/;

interface Scanned {
  /** Of the brackets that are open: where each begins. */
  readonly open: readonly number[];
  /** Where the string begins that the caret is in. */
  readonly quote: number | undefined;
}

function scan(text: string): Scanned {
  const open: number[] = [];
  let quote: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    if (quote !== undefined) {
      if (c === '\\' && text[quote] !== '`') at++;
      else if (c === text[quote]) quote = undefined;
    } else if (c === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if ('"\'`'.includes(c)) quote = at;
    else if ('{(['.includes(c)) open.push(at);
    else if ('})]'.includes(c)) open.pop();
  }
  return { open, quote };
}

/** Undefined where nothing can be completed: in a range, or a text of no label. */
export function wantedAt(expression: string, caret: number): Wanted | undefined {
  const text = expression.slice(0, caret);
  const { open, quote } = scan(text);
  const bracket = open.at(-1) ?? -1;
  const metric = NAME_BEFORE.exec(text.slice(0, Math.max(0, bracket)))?.[1] ?? '';
  const isBraced = text[bracket] === '{';
  if (quote !== undefined) {
    const label = isBraced ? LABEL_OPERATOR.exec(text.slice(bracket, quote))?.[1] : undefined;
    if (label === undefined) return undefined;
    return { kind: 'value', metric, label, start: quote + 1, prefix: text.slice(quote + 1) };
  }
  if (text[bracket] === '[') return undefined;
  const prefix = WORD_END.exec(text)?.[0] ?? '';
  const at = { start: caret - prefix.length, prefix };
  if (isBraced) return LABEL_OPERATOR.test(text.slice(bracket)) ? undefined : { kind: 'label', metric, ...at };
  if (GROUPING.test(text.slice(0, Math.max(0, bracket)))) return { kind: 'label', metric: metricIn(expression), ...at };
  return { kind: 'name', ...at };
}

/** The first name that no bracket follows and that is no keyword: of what a grouping groups. */
function metricIn(expression: string): string {
  const found = expression
    .replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)?/gi, ' ')
    .matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])/g);
  for (const [name] of found) if (!/^(?:and|or|unless|offset|bool|inf|nan|by|without)$/i.test(name)) return name;
  return '';
}

/** Choices of one list. */
const MOST = 60;

/** Those that begin so, then those that have it anywhere. */
export function ranked(choices: readonly Choice[], prefix: string): readonly Choice[] {
  const wanted = prefix.toLowerCase();
  const where = ({ text }: Choice): number => text.toLowerCase().indexOf(wanted);
  return [...choices.filter((one) => where(one) === 0), ...choices.filter((one) => where(one) > 0)].slice(0, MOST);
}

/** The expression with the choice in it, and where the caret is then. */
export function completed(
  expression: string,
  caret: number,
  { start, kind }: Wanted,
  { text, type }: Choice,
): { readonly text: string; readonly caret: number } {
  const rest = expression.slice(caret);
  const isCalled = type === 'function' || type === 'aggregation';
  const word = kind === 'value' ? text.replaceAll(/["\\]/g, String.raw`\$&`) : text;
  const more = kind === 'value' ? (rest.startsWith('"') ? '' : '"') : isCalled && !rest.startsWith('(') ? '(' : '';
  const before = expression.slice(0, start) + word + more;
  return { text: before + rest, caret: before.length + (kind === 'value' && more === '' ? 1 : 0) };
}
