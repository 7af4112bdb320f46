/** `daymill dev`: keeps the local cloud and its functions warm, and re-plans whenever a computation changes. */
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../errors.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { readDays } from '../days.ts';
import { collectEnvironment } from '../local/collect-environment.ts';
import { DEFAULT_PORT, startGateway } from '../local/gateway.ts';
import { serviceOf, startDaymill } from '../local/local-cloud.ts';
import { isForPage, onSourceChange, pageEnvironment, writeManifestNow } from '../local/page-service.ts';
import { SESSION_VARIABLE } from '../local/run-cloud.ts';
import { forkLeashed } from '../../process/leash.ts';
import { siblingFile } from '../../process/sibling.ts';

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
  const folders = config.computations.map((folder) => join(config.root, folder));
  for (const folder of folders) {
    if (existsSync(folder)) continue;
    throw new UserError('MISSING_FILE', `There is no folder ${folder} to look for computations in.`);
  }
  const stopped = context.interrupted();
  let child: ChildProcess | undefined;
  const daymill = await startDaymill(config, {
    env: { ...env, ...collectEnvironment(config, env) },
    pageEnv: pageEnvironment(config),
    onLog: (entry) => child?.connected && child.send(entry),
    collects: true,
    views: true,
  });
  const [collect, view] = [serviceOf(daymill.services, 'collect'), serviceOf(daymill.services, 'view')];
  const addressOf: Parameters<typeof startGateway>[1] = (request) => (isForPage(request) ? view : collect).url;
  const gateway = await startGateway(DEFAULT_PORT, addressOf).catch(() => startGateway(0, addressOf));
  output.line(`The page          ${gateway.url}/`);

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
    // What is wrong with the code, the plan says.
    if (await writeManifestNow(config, env, 'ignore')) await view.restart();
    await command('plan');
    if (args.values['auto'] === true) await runNow();
    output.line(args.values['auto'] === true ? 'Watching.' : 'Enter runs it. Watching.');
  };

  // One thing at a time, in the order asked for.
  let last = Promise.resolve();
  const queue = (action: () => Promise<void>): void => {
    last = last.then(action).catch((error: unknown) => output.trouble(`daymill: ${String(error)}`));
  };
  const endWatch = onSourceChange(config, () => {
    changed = true;
    queue(replan);
  });
  const keys = createInterface({ input: process.stdin }).on('line', () =>
    queue(async () => {
      await runNow();
      output.line('Watching.');
    }),
  );
  queue(replan);
  await stopped;
  endWatch();
  keys.close();
  // Only a terminal or a pipe keeps the process; a file, such as /dev/null, has no such method.
  if ('unref' in process.stdin) process.stdin.unref();
  child?.kill('SIGINT');
  await last;
  await gateway.close();
  await daymill.close();
  return 0;
}
