/** `daymill pause` and `daymill resume`: keep a computation, or all of them, from running, and let it run again. */
import { UserError } from '../../errors.ts';
import { ALL, type Control, type Pause, withPaused, withResumed } from '../../mill/model/control.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { findComputation } from '../find-computation.ts';
import { change, look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { instant } from '../units.ts';

const JSON_SHAPE = `  --json      {"paused": {name or "*" for all: {"sinceMs", "by", "because"}}}, as it is afterwards
Exit code: 0 done, 2 wrong use.`;

export const pause: Command = {
  name: 'pause',
  usage: `daymill pause COMPUTATION [--because TEXT] [--by NAME]
       daymill pause --all [--because TEXT] [--by NAME]
       daymill pause

Keeps a computation from being claimed: its cells that would run are BLOCKED, and what reads them waits. What is under way goes on
(daymill cancel stops it). Without a computation and without --all it lists what is paused.
  --because   why, for whoever finds it paused
  --by        who (default: the environment's USER)
${JSON_SHAPE}`,
  optional: ['COMPUTATION'],
  options: { all: { type: 'boolean' }, because: { type: 'string' }, by: { type: 'string' } },
  reachesCloud: true,
  run: pauseCommand,
};

export const resume: Command = {
  name: 'resume',
  usage: `daymill resume COMPUTATION
       daymill resume --all

Lets a computation be claimed again. --all resumes everything, also what was paused by name.
${JSON_SHAPE}`,
  optional: ['COMPUTATION'],
  options: { all: { type: 'boolean' } },
  reachesCloud: true,
  run: resumeCommand,
};

async function pauseCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env, now, output } = context;
  const manifest = await manifestOfRuns(config);
  const [typed] = args.positionals;
  const name = typed === undefined ? undefined : findComputation(manifest, typed).name;
  if (name !== undefined && args.values['all'] === true) throw bothNamed();
  const names = args.values['all'] === true ? [ALL] : name === undefined ? [] : [name];
  const [by, because] = [text(args, 'by') ?? env['USER'], text(args, 'because')];
  const pauseNow: Pause = {
    sinceMs: now(),
    ...(by === undefined ? {} : { by }),
    ...(because === undefined ? {} : { because }),
  };
  const control = await (names.length === 0 ? look : change)(config, manifest, ({ controls }) =>
    names.length === 0 ? controls.read() : controls.change((before) => withPaused(before, names, pauseNow)),
  );
  print(control, output);
  return 0;
}

async function resumeCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const manifest = await manifestOfRuns(config);
  const [name] = args.positionals;
  const all = args.values['all'] === true;
  if (name !== undefined && all) throw bothNamed();
  if (name === undefined && !all)
    throw new UserError('BAD_ARGUMENT', 'Name a computation, or say --all. daymill pause lists what is paused.');
  const control = await change(config, manifest, async ({ controls }) => {
    const before = await controls.read();
    // A computation that was removed while it was paused is known by the pause alone.
    const named = all
      ? ALL
      : name !== undefined && name in before.paused
        ? name
        : findComputation(manifest, name ?? '').name;
    if (named !== ALL && before.paused[named] === undefined && before.paused[ALL] !== undefined)
      throw new UserError('BAD_ARGUMENT', `Everything is paused, ${named} with it. daymill resume --all resumes it.`);
    return controls.change((found) => withResumed(found, [named]));
  });
  print(control, output);
  return 0;
}

const bothNamed = (): UserError => new UserError('BAD_ARGUMENT', 'Name a computation or say --all, not both.');

function print({ paused }: Control, output: Output): void {
  const rows = Object.entries(paused).map(([name, { sinceMs, by, because }]) => [
    name === ALL ? 'everything' : name,
    instant(sinceMs),
    by ?? '',
    because ?? '',
  ]);
  if (rows.length === 0) output.line('Nothing is paused.');
  else {
    const columns = [
      { title: 'paused' },
      { title: 'since (UTC)', yields: 2 },
      { title: 'by', yields: 1 },
      { title: 'because', wraps: true },
    ];
    output.table(columns, rows);
  }
  output.data({ paused });
}
