/** Scripts by which shells complete the words of a command line. Pure: made of what the commands say of themselves. */

export interface CompletedCommand {
  /** `run`, or `run show`. */
  readonly name: string;
  readonly summary: string;
  /** Without their dashes. */
  readonly options: readonly string[];
  /** Words that may follow it at once. */
  readonly words: readonly string[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const completionScript = (shell: Shell, commands: readonly CompletedCommand[]): string =>
  ({ bash, zsh, fish })[shell](commands);

const flags = ({ options }: CompletedCommand): string => options.map((option) => `--${option}`).join(' ');

/** By the longest name that the line begins with: a case of `run show` comes before that of `run`. */
const longestFirst = (commands: readonly CompletedCommand[]): CompletedCommand[] =>
  [...commands].sort((a, b) => b.name.length - a.name.length);

const topLevel = (commands: readonly CompletedCommand[]): CompletedCommand[] =>
  commands.filter(({ name }) => !name.includes(' '));

function bash(commands: readonly CompletedCommand[]): string {
  const cases = longestFirst(commands).map(
    (command) => `    "${command.name} "*) words="${[...command.words, flags(command)].filter(Boolean).join(' ')}" ;;`,
  );
  const names = topLevel(commands).map(({ name }) => name);
  return `# daymill completion bash > ~/.local/share/bash-completion/completions/daymill
_daymill() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line="\${COMP_WORDS[*]:1:COMP_CWORD-1} " words="${names.join(' ')} help"
  case "$line" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _daymill daymill
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const described = topLevel(commands).map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', ' -')}`)}`,
  );
  const cases = longestFirst(commands).map(
    (command) =>
      `    "${command.name} "*) compadd -- ${[...command.words, flags(command)].filter(Boolean).join(' ')}; _files ;;`,
  );
  return `#compdef daymill
# daymill completion zsh > a folder of $fpath, as _daymill
_daymill() {
  local -a commands=(
${described.join('\n')}
  )
  local line="\${(j: :)words[2,CURRENT-1]} "
  case "$line" in
${cases.join('\n')}
    *) _describe command commands ;;
  esac
}
compdef _daymill daymill
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = topLevel(commands).map(
    ({ name, summary }) => `complete -c daymill -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
  );
  for (const { name, words, options } of topLevel(commands)) {
    const under = `-n '__fish_seen_subcommand_from ${name}'`;
    if (words.length > 0) lines.push(`complete -c daymill ${under} -a '${words.join(' ')}'`);
    lines.push(...options.map((option) => `complete -c daymill ${under} -l ${option}`));
  }
  return `# daymill completion fish > ~/.config/fish/completions/daymill.fish\n${lines.join('\n')}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
