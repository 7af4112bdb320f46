/** npm as a child that has this process's own terminal: colours, keys and exit code are the child's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { UserError } from '../errors.ts';

/** The exit code; of one that a signal ended as shells say it. @throws {UserError} MISSING_FILE when there is no npm */
export async function runNpm(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  // What started this process by npx or a script says where it is: https://docs.npmjs.com/cli/v11/using-npm/scripts#environment
  const own = env['npm_execpath'];
  const [command, ...first] = own?.endsWith('npm-cli.js') === true ? [process.execPath, own] : ['npm'];
  const child = spawn(command, [...first, ...args], { cwd, stdio: 'inherit' });
  // A terminal tells the runner itself of Ctrl-C, and it says what it was at; this process ends with it.
  const stay = (): void => {};
  const passOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', passOn);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (cause) {
    throw new UserError('MISSING_FILE', 'npm, which runs the test script of package.json, is not on the PATH.', {
      cause,
    });
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', passOn);
  }
}
