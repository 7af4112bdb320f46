/** Where a text stops being JSON: V8 names the place of some mistakes only, and quotes what was sent. RFC 8259's grammar, in one pass. */

/** White space, then one of: a mark, a string, a number or a word. */
const TOKEN =
  // oxlint-disable-next-line no-control-regex -- they may not stand in a string
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const SPACE = /[ \t\n\r]*/y;

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'end of text';

/** The offset, in UTF-16 units, of what may not stand there; the text's length when more was to come; undefined for valid JSON. */
export function jsonErrorPosition(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      SPACE.lastIndex = at;
      const next = at + (SPACE.exec(text)?.[0].length ?? 0);
      return next === text.length && expected === 'end of text' ? undefined : next;
    }
    const [all, mark, string] = match;
    const start = at + all.length - all.trimStart().length;
    const after = follow(expected, open, mark ?? (string === undefined ? 'literal' : 'string'));
    if (after === undefined) return start;
    expected = after;
    at = TOKEN.lastIndex;
  }
}

/** What may come after a token; undefined when it may not stand here. */
function follow(expected: Expected, open: string[], token: string): Expected | undefined {
  const closed = (): Expected => (open.length === 0 ? 'end of text' : 'comma or end');
  if (expected === 'colon') return token === ':' ? 'value' : undefined;
  if (expected === 'key' || expected === 'key or end') {
    if (token === 'string') return 'colon';
    return expected === 'key or end' && token === '}' && open.pop() === '{' ? closed() : undefined;
  }
  if (expected === 'comma or end') {
    const inside = open.at(-1);
    if (token === ',') return inside === '{' ? 'key' : 'value';
    if (token !== (inside === '{' ? '}' : ']')) return undefined;
    open.pop();
    return closed();
  }
  if (expected === 'end of text') return undefined;
  if (token === '{' || token === '[') {
    open.push(token);
    return token === '{' ? 'key or end' : 'value or end';
  }
  if (token === ']' && expected === 'value or end') {
    open.pop();
    return closed();
  }
  return token === 'string' || token === 'literal' ? closed() : undefined;
}
