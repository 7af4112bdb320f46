/** Commands as they are typed: quoted where a shell would read them otherwise. */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** For a POSIX shell. */
export const shellWord = (text: string): string => (PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** `npx daymill plan --date 2001-01-31`; options without a value are left out. */
export function commandLine(words: string, options: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`--${name} ${shellWord(value)}`],
  );
  return ['npx daymill', words, ...given].join(' ');
}
