/** The doc comments of a module's text, by what they stand above. */
import { parseSync } from 'oxc-parser';

/** What may stand between a comment and the name that it is about. */
const DECLARING = /^\s*(?:export\s+)?(?:default\s+)?(?:(?:const|let|var)\s+)?$/;
const LEADING = /^(?:#!.*)?\s*$/;

export interface DocComments {
  /** Of the file as a whole: the one that it begins with. */
  readonly head: string | undefined;
  /** The one right above a declarator, a member or an argument that begins there, in UTF-16 units. */
  above(offset: number): string | undefined;
}

export function docCommentsOf(path: string, source: string): DocComments {
  const found = parseSync(path, source).comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
  const [first] = found;
  return {
    head: first !== undefined && LEADING.test(source.slice(0, first.start)) ? textOf(first.value) : undefined,
    above(offset) {
      const last = found.findLast(({ end }) => end <= offset);
      return last !== undefined && DECLARING.test(source.slice(last.end, offset)) ? textOf(last.value) : undefined;
    },
  };
}

/** Without the stars at the margin. */
function textOf(value: string): string | undefined {
  const lines = value
    .slice(1)
    .split(/\r?\n/)
    .map((line, index) => (index === 0 ? line.trim() : line.replace(/^\s*\* ?/, '').trimEnd()));
  return lines.join('\n').trim() || undefined;
}
