/** A test script that is made to run fewer files than it names. */
import { globSync } from 'node:fs';
import { sep } from 'node:path';

/** A word of a command line, with what is quoted in it. */
const WORD = /(?:[^\s'"]|'[^']*'|"[^"]*")+/g;

/**
 * The script with `files` where it names its test files: by path, pattern or folder. Undefined when it names none, and files may
 * simply follow it.
 */
export function narrowScript(
  script: string,
  files: readonly string[],
  project: { readonly root: string; readonly testFiles: readonly string[] },
): string | undefined {
  let before = '';
  let places = 0;
  const narrowed = script.replaceAll(WORD, (word) => {
    // `--dir test` is an option with its value; `--test test` is not.
    const isValue = before.startsWith('-') && before !== '--test' && before !== '--';
    before = word;
    if (word.startsWith('-') || !namesTests(word.replaceAll(/['"]/g, ''), isValue, project)) return word;
    return places++ === 0 ? files.map(shellWord).join(' ') : '';
  });
  return places === 0 ? undefined : narrowed.trim();
}

function namesTests(
  word: string,
  isValue: boolean,
  { root, testFiles }: { readonly root: string; readonly testFiles: readonly string[] },
): boolean {
  const path = word.replace(/^\.\//, '').replace(/\/+$/, '');
  const isFolder = testFiles.some((file) => path === '.' || file.startsWith(`${path}/`));
  if (isFolder) return !isValue;
  const found = globSync(path, { cwd: root }).map((file) => file.split(sep).join('/'));
  return found.some((file) => testFiles.includes(file));
}

/** As a shell takes it for one word: POSIX's, or Windows' own. */
export function shellWord(text: string): string {
  if (/^[\w./:=@+,-]+$/.test(text)) return text;
  return process.platform === 'win32'
    ? `"${text.replaceAll('"', '""')}"`
    : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
