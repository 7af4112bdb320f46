/**
 * A guide as the steps of somebody who follows it. What a block is, is what a reader sees:
 *
 * - lines with `$ ` are typed, and what stands under them is printed; a block of `sh` without any is typed as a whole;
 * - a block of another language is a file when its first line is a comment with its path, or when the line of text before it ends with a
 *   colon and names a file; else it is a fragment;
 * - a block of `diff` is an edit: `--- path`, then lines to take away and to put there, in stretches that `@@` parts; so for each file;
 * - a block without a language and without `$ ` is some of what the last command printed.
 */

interface At {
  /** Of the Markdown, from 1. */
  readonly line: number;
  readonly heading: string;
}

export type Step =
  | (At & { readonly kind: 'command'; readonly text: string; readonly shows: string; readonly isKept: boolean })
  | (At & { readonly kind: 'output'; readonly text: string })
  | (At & { readonly kind: 'file'; readonly path: string; readonly text: string })
  | (At & { readonly kind: 'edit'; readonly text: string; readonly files: readonly Edit[] })
  | (At & { readonly kind: 'fragment'; readonly text: string });

export interface Edit {
  readonly path: string;
  readonly text: string;
}

interface Block extends At {
  readonly language: string;
  readonly lines: readonly string[];
  /** The line of text before it. */
  readonly before: string;
}

const SESSIONS = new Set(['', 'sh', 'console']);

/** A name with an ending, in a comment at the top of a file: `// src/functions.ts`, or `# daymill.yaml: what it is`. */
const IN_COMMENT = /^(?:\/\/|#) ([\w./-]+\.\w+)(?::.*)?$/;
const IN_TEXT = /.*`([\w./-]+\.(?:ts|json|ndjson|csv|yaml|yml))`.*:$/;

export const stepsOf = (markdown: string): Step[] => blocksOf(markdown).flatMap(stepsOfBlock);

function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let heading = '';
  let before = '';
  for (let at = 0; at < lines.length; at++) {
    const text = lines[at] ?? '';
    const fence = /^```(\w*)$/.exec(text);
    if (fence !== null) {
      const end = lines.indexOf('```', at + 1);
      if (end < 0) throw new Error(`the block of line ${at + 1} has no end`);
      blocks.push({ line: at + 1, heading, language: fence[1] ?? '', lines: lines.slice(at + 1, end), before });
      at = end;
      before = '';
    } else if (text.includes('```')) {
      throw new Error(`line ${at + 1}: a fence begins its line, and says a language at most`);
    } else {
      heading = /^#+ (.*)$/.exec(text)?.[1] ?? heading;
      if (text !== '') before = text;
    }
  }
  return blocks;
}

function stepsOfBlock(block: Block): Step[] {
  const { line, heading, language, lines, before } = block;
  const at = { line, heading };
  const text = lines.join('\n');
  if (language === 'diff') {
    const [none = '', ...files] = text.split(/^--- /m);
    if (none !== '') throw new Error(`line ${line}: an edit begins with --- and the file's path`);
    const edits = files.map((file): Edit => {
      const end = file.indexOf('\n');
      return { path: file.slice(0, end), text: file.slice(end + 1) };
    });
    return [{ ...at, kind: 'edit', text, files: edits }];
  }
  if (!SESSIONS.has(language)) {
    const path = IN_COMMENT.exec(lines[0] ?? '')?.[1] ?? IN_TEXT.exec(before)?.[1];
    return [path === undefined ? { ...at, kind: 'fragment', text } : { ...at, kind: 'file', path, text: `${text}\n` }];
  }
  if (lines.some((one) => one.startsWith('$ '))) return session(block);
  if (language === 'sh') return session({ ...block, lines: typed(lines) });
  return [{ ...at, kind: 'output', text }];
}

/** Every line of a script but those that go on after a backslash. */
const typed = (lines: readonly string[]): string[] =>
  lines.map((line, at) => (line === '' || lines[at - 1]?.endsWith('\\') === true ? line : `$ ${line}`));

/** Commands, each with what is printed under it. */
function session({ line, heading, lines }: Block): Step[] {
  const starts = lines.flatMap((text, at) => (text.startsWith('$ ') ? [at] : []));
  if (starts[0] !== 0) throw new Error(`line ${line}: what stands before the first $ is printed by nothing`);
  return starts.map((start, index): Step => {
    const rest = lines.slice(start, starts[index + 1]);
    const typedLines = 1 + rest.findIndex((text) => !text.endsWith('\\'));
    const text = rest.slice(0, typedLines).join('\n').slice(2);
    const shows = rest.slice(typedLines).join('\n').trimEnd();
    const command = text.replace(/\s*&(\s+#.*)?$/, '');
    return { line: line + 1 + start, heading, kind: 'command', text: command, shows, isKept: command !== text };
  });
}

/** The file after the edit. @throws when the lines that are taken away are not there exactly once. */
export function edited(file: string, edit: string): string {
  return edit.split(/^@@.*\n/m).reduce((text, stretch) => {
    const lines = stretch.replace(/\n$/, '').split('\n');
    const side = (sign: string): string =>
      lines
        .filter((line) => line === '' || line.startsWith(' ') || line.startsWith(sign))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const [whole, taken] = [`\n${text}`, `\n${side('-')}`];
    const at = whole.indexOf(taken);
    if (at < 0 || at !== whole.lastIndexOf(taken))
      throw new Error(`these lines are ${at < 0 ? 'not there' : 'there more than once'}:\n${side('-')}`);
    return `${whole.slice(0, at)}\n${side('+')}${whole.slice(at + taken.length)}`.slice(1);
  }, file);
}
