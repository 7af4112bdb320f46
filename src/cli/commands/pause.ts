/** `daymill pause` and `daymill resume`: keep a computation, or all of them, from running, and let it run again. */
import { UserError } from '../../errors.ts';
import type { Asking } from '../../mill/model/action.ts';
import { ALL, type Control } from '../../mill/model/control.ts';
import { pause as pauseOne, resume as resumeOne } from '../../mill/steps/mend/pause.ts';
import { ASKING, askingOf, askingUsage } from '../asking.ts';
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
  usage: `daymill pause COMPUTATION [--reason TEXT] [--by NAME]
       daymill pause --all [--reason TEXT] [--by NAME]
       daymill pause

Keeps a computation from being claimed: its cells that would run are BLOCKED, and what reads them waits. What is under way goes on
(daymill cancel stops it). Without a computation and without --all it lists what is paused.
${askingUsage('    ')}
  --because   the same as --reason, which it was called before
${JSON_SHAPE}`,
  optional: ['COMPUTATION'],
  options: { all: { type: 'boolean' }, because: { type: 'string' }, ...ASKING },
  reachesCloud: true,
  run: pauseCommand,
};

export const resume: Command = {
  name: 'resume',
  usage: `daymill resume COMPUTATION [--reason TEXT] [--by NAME]
       daymill resume --all [--reason TEXT] [--by NAME]

Lets a computation be claimed again. --all resumes everything, also what was paused by name.
${askingUsage('    ')}
${JSON_SHAPE}`,
  optional: ['COMPUTATION'],
  options: { all: { type: 'boolean' }, ...ASKING },
  reachesCloud: true,
  run: resumeCommand,
};

async function pauseCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env, output } = context;
  const manifest = await manifestOfRuns(config);
  const [typed] = args.positionals;
  const name = typed === undefined ? undefined : findComputation(manifest, typed).name;
  if (name !== undefined && args.values['all'] === true) throw bothNamed();
  const target = args.values['all'] === true ? ALL : name;
  if (target === undefined) print(await look(config, manifest, ({ controls }) => controls.read()), output);
  else {
    const asking = pauseAsking(args, env);
    print((await change(config, manifest, (ports) => pauseOne(target, asking, ports))).report, output);
  }
  return 0;
}

/** @throws {UserError} BAD_ARGUMENT for a reason that is given twice */
function pauseAsking(args: Arguments, env: Context['env']): Asking {
  const because = text(args, 'because');
  if (because === undefined) return askingOf(args, env);
  if (text(args, 'reason') !== undefined)
    throw new UserError('BAD_ARGUMENT', 'Say --reason or --because, not both: they are the same.');
  return askingOf({ ...args, values: { ...args.values, reason: because } }, env);
}

async function resumeCommand(args: Arguments, { config, env, output }: Context): Promise<ExitCode> {
  const manifest = await manifestOfRuns(config);
  const [name] = args.positionals;
  const all = args.values['all'] === true;
  if (name !== undefined && all) throw bothNamed();
  if (name === undefined && !all)
    throw new UserError('BAD_ARGUMENT', 'Name a computation, or say --all. daymill pause lists what is paused.');
  const asking = askingOf(args, env);
  const { report } = await change(config, manifest, async (ports) => {
    const { paused } = await ports.controls.read();
    // A computation that was removed while it was paused is known by the pause alone.
    const named = all ? ALL : name !== undefined && name in paused ? name : findComputation(manifest, name ?? '').name;
    return resumeOne(named, asking, ports);
  });
  print(report, output);
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
