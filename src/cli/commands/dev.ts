/** `daymill dev`: keeps the local cloud and its functions warm, and re-plans whenever a computation changes. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../errors.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { readDays } from '../days.ts';
import { collectEnvironment } from '../local/collect-environment.ts';
import { DEFAULT_PORT, startGateway } from '../local/gateway.ts';
import { serviceOf, startDaymill } from '../local/local-cloud.ts';
import { SESSION_VARIABLE } from '../local/run-cloud.ts';
import { forkLeashed } from '../../process/leash.ts';
import { siblingFile } from '../../process/sibling.ts';

/** Editors write a file in several steps: a change counts once nothing else changed for so long. */
const SETTLE_MS = 150;

export const dev: Command = {
  name: 'dev',
  usage: `daymill dev [--date DAY] [--from DAY] [--auto]

Keeps the local cloud and its functions running, watches the computations, and says after each change what would run and why.
Enter runs it; Ctrl-C ends. plan, explain and results work beside it, in another terminal.
  --date, --from   as for daymill run
  --auto           runs after each change, without Enter
  --json           what daymill plan and daymill run answer with --json, a line each
Exit code: 0 stopped, 2 wrong use.`,
  options: { date: { type: 'string' }, from: { type: 'string' }, auto: { type: 'boolean' } },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env, output } = context;
  const days = readDays(args, context);
  const folder = join(config.root, config.computations);
  if (!existsSync(folder))
    throw new UserError('MISSING_FILE', `There is no folder ${folder} to look for computations in.`);
  const stopped = context.interrupted();
  let child: ChildProcess | undefined;
  const daymill = await startDaymill(config, {
    env: { ...env, ...collectEnvironment(config, env) },
    onLog: (entry) => child?.connected && child.send(entry),
    collects: true,
  });
  const collect = serviceOf(daymill.services, 'collect');
  const gateway = await startGateway(DEFAULT_PORT, () => collect.url).catch(() => startGateway(0, () => collect.url));
  output.line(`HTTP answers at ${gateway.url}: see daymill serve --help`);

  /** In a process of its own: what Node has imported once, it does not import again. */
  const command = (name: 'plan' | 'run'): Promise<void> =>
    new Promise((resolve) => {
      const options = ['--date', days.date, '--from', days.from, ...(output.json ? ['--json'] : [])];
      child = forkLeashed([siblingFile('../main', import.meta.url), name, ...options], {
        cwd: config.root,
        env: { ...env, ...(name === 'run' ? { [SESSION_VARIABLE]: String(process.pid) } : {}) },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      child.once('error', (error) => output.trouble(`daymill: ${error.message}`));
      child.once('close', () => {
        child = undefined;
        resolve();
      });
    });
  let changed = false;
  const runNow = async (): Promise<void> => {
    // Instances hold the code that they started with.
    if (changed) await Promise.all([...daymill.services.values()].map((service) => service.restart()));
    changed = false;
    for (const id of ['index', 'dispatch', `work-${config.tiers[0].name}`]) serviceOf(daymill.services, id).warm();
    await command('run');
  };
  for (const { name } of config.functions) output.line(`${name} answers at ${serviceOf(daymill.services, name).url}`);
  const replan = async (): Promise<void> => {
    await command('plan');
    if (args.values['auto'] === true) await runNow();
    output.line(args.values['auto'] === true ? 'Watching.' : 'Enter runs it. Watching.');
  };

  // One thing at a time, in the order asked for.
  let last = Promise.resolve();
  const queue = (action: () => Promise<void>): void => {
    last = last.then(action).catch((error: unknown) => output.trouble(`daymill: ${String(error)}`));
  };
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true }, () => {
    changed = true;
    clearTimeout(settling);
    settling = setTimeout(() => queue(replan), SETTLE_MS);
  });
  const keys = createInterface({ input: process.stdin }).on('line', () =>
    queue(async () => {
      await runNow();
      output.line('Watching.');
    }),
  );
  queue(replan);
  await stopped;
  clearTimeout(settling);
  watcher.close();
  keys.close();
  // Only a terminal or a pipe keeps the process; a file, such as /dev/null, has no such method.
  if ('unref' in process.stdin) process.stdin.unref();
  child?.kill('SIGINT');
  await last;
  await gateway.close();
  await daymill.close();
  return 0;
}
