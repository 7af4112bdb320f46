/** `daymill completion`: the script by which a shell completes daymill's command line. */
import { UserError } from '../../errors.ts';
import { sharedOptions } from '../cloud-options.ts';
import type { Arguments, Command, Context, ExitCode } from '../command.ts';
import { type CompletedCommand, completionScript, type Shell, SHELLS } from '../completion-scripts.ts';

export const completion: Command = {
  name: 'completion',
  usage: `daymill completion ${SHELLS.join('|')}

Writes the script by which a shell completes daymill's commands and options. Try it with: source <(daymill completion bash)
Its first lines say where to keep it.
  --json   {"shell", "script"}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['SHELL'],
  options: {},
  takesSample: false,
  run: runCommand,
};

async function runCommand({ positionals: [shell = ''] }: Arguments, { output }: Context): Promise<ExitCode> {
  if (!isShell(shell))
    throw new UserError('BAD_ARGUMENT', `There is no completion for "${shell}", only for ${SHELLS.join(', ')}.`);
  const { COMMANDS } = await import('./index.ts');
  const commands: CompletedCommand[] = [];
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command: Command = await load();
    const under = Object.entries(command.subcommands ?? {});
    commands.push(
      completed(
        name,
        summary,
        command,
        under.map(([word]) => word),
      ),
    );
    for (const [word, one] of under) commands.push(completed(`${name} ${word}`, summary, one, []));
  }
  const script = completionScript(shell, commands);
  output.verbatim(script.trimEnd());
  output.data({ shell, script });
  return 0;
}

const isShell = (text: string): text is Shell => (SHELLS as readonly string[]).includes(text);

function completed(name: string, summary: string, command: Command, under: readonly string[]): CompletedCommand {
  const all = { ...command.options, ...sharedOptions(command) };
  // A shell is the word that this very command takes.
  const words = name === 'completion' ? SHELLS : under;
  return { name, summary, options: [...Object.keys(all), 'json', 'help'], words };
}
