/** `daymill secrets`: the values of secrets that a project's own functions read; a deployment only knows their names. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudTarget } from '../../config/cloud-target.ts';
import { openApi, type Api } from '../../deploy/google/api.ts';
import { GoogleError } from '../../deploy/google/google-error.ts';
import { googleRequest } from '../../deploy/google/request.ts';
import { secretsOf } from '../../deploy/desired/foundations.ts';
import { addValue, newestValue } from '../../deploy/kinds/secret.ts';
import { namesOf } from '../../deploy/names.ts';
import { UserError } from '../../errors.ts';
import type { Arguments, Command, Context, ExitCode } from '../command.ts';

const OPTIONS = { reachesCloud: true, options: {} } as const;

const set: Command = {
  ...OPTIONS,
  name: 'secrets set',
  usage: `daymill secrets set NAME --cloud < VALUE

Gives a secret of the deployment a new value, which is read from standard input as it is. Instances that start from now on read it.
  --json   {"name", "version"}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['NAME'],
  run: setCommand,
};

export const secrets: Command = {
  ...OPTIONS,
  name: 'secrets',
  usage: `daymill secrets --cloud
       daymill secrets set NAME --cloud < VALUE

Lists the secrets that the project's own functions read, and whether they have a value. Values are shown to nobody. On a laptop, a
function reads the variable from its environment.
  --json   {"secrets": [{"name", "version": of the newest value, or null}]}
Exit code: 0 all have a value, 1 some have none, 2 wrong use.`,
  subcommands: { set },
  run: listCommand,
};

async function listCommand(_: Arguments, context: Context): Promise<ExitCode> {
  const { target, api } = openCloud(context);
  const names = namesOf(target);
  const found = await Promise.all(
    secretsOf(context.config).map(async (name) => {
      const version = await newestValue(names.secret(name), api);
      return { name, version: version ?? null };
    }),
  );
  const rows = found.map(({ name, version }) => [name, version === null ? 'no value' : `version ${version}`]);
  if (rows.length === 0)
    context.output.line('The settings name no secrets: functions: [{ name, secrets: { VARIABLE: "secret" } }].');
  else context.output.table([{ title: 'secret' }, { title: 'newest' }], rows);
  context.output.data({ secrets: found });
  return found.every(({ version }) => version !== null) ? 0 : 1;
}

async function setCommand({ positionals: [name = ''] }: Arguments, context: Context): Promise<ExitCode> {
  const { target, api } = openCloud(context);
  const known = secretsOf(context.config);
  if (!known.includes(name))
    throw new UserError('BAD_ARGUMENT', `The settings name no secret ${name}, only: ${known.join(', ') || 'none'}.`);
  const value = await standardInput();
  if (value.length === 0)
    throw new UserError(
      'BAD_ARGUMENT',
      `Nothing came from standard input. Write printf %s "$VALUE" | daymill secrets set ${name} --cloud`,
    );
  try {
    const version = await addValue(namesOf(target).secret(name), value, api);
    context.output.line(`${name} has version ${version} now.`);
    context.output.data({ name, version });
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof GoogleError)) throw thrown;
    const advice = thrown.httpStatus === 404 ? ' daymill deploy makes it.' : '';
    throw new UserError('BAD_ARGUMENT', `Could not set ${name}: ${thrown.message}${advice}`, { cause: thrown });
  }
}

function openCloud({ config, env, now, output }: Context): { readonly target: CloudTarget; readonly api: Api } {
  const { target } = config;
  if (target === undefined)
    throw new UserError(
      'BAD_ARGUMENT',
      'Secrets are in Google Cloud: say --cloud. On a laptop, set the variable in the environment.',
    );
  const api = openApi({
    request: googleRequest(target.projectId, env['DAYMILL_ADMIN_HOST']),
    clock: { now, sleep: (ms) => sleep(ms) },
    onWait: (line) => output.line(`  … ${line}`),
    patient: false,
  });
  return { target, api };
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
