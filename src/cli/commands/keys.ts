/** `daymill keys`: keys by which machines of an organization say who they are. */
import { z } from 'zod';
import { composeKeys } from '../../compose-keys.ts';
import { UserError } from '../../errors.ts';
import { ApiKey, MAX_LABEL_CHARACTERS } from '../../meter/model/api-key.ts';
import type { ApiKeys } from '../../meter/ports/api-keys.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { connectCloud } from '../local/connect.ts';
import { readOrganization, readRole } from '../read-organization.ts';
import { instant } from '../units.ts';

const KeysAnswer = z.object({ keys: z.array(ApiKey) });
const MadeAnswer = z.object({ key: ApiKey, text: z.string() });

const USAGE = `daymill keys [list] --org ORGANIZATION
       daymill keys create --org ORGANIZATION --role ROLE [--label TEXT]
       daymill keys revoke ID --org ORGANIZATION

A key is sent with requests as X-API-Key, or as Authorization: Bearer. Its text is shown once, when it is made, and is stored nowhere.
  list      all of the organization, oldest first
  create    makes one; --role is viewer, developer, manager or admin, --label says what it is for
  revoke    it opens nothing any more, 30 s later at the latest
${jsonUsage('  --json    list: ', KeysAnswer, ';')}
${jsonUsage('            create: ', MadeAnswer, ';')}
            revoke: the key
Exit code: 0 done, 2 wrong use.`;

const ORG = { org: { type: 'string' } } as const;

const list: Command = { name: 'keys', usage: USAGE, options: ORG, reachesCloud: true, run: listCommand };

const create: Command = {
  name: 'keys create',
  usage: USAGE,
  options: { ...ORG, role: { type: 'string' }, label: { type: 'string' } },
  reachesCloud: true,
  run: createCommand,
};

const revoke: Command = {
  name: 'keys revoke',
  usage: USAGE,
  positionals: ['ID'],
  options: ORG,
  reachesCloud: true,
  run: revokeCommand,
};

export const keys: Command = { ...list, subcommands: { list, create, revoke } };

async function listCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const organization = readOrganization(args);
  const found = await withKeys(context, 'look', (port) => port.list(organization));
  if (found.length === 0) context.output.line(`${organization} has no keys.`);
  else {
    const columns = [
      { title: 'id' },
      { title: 'role' },
      { title: 'made (UTC)', yields: 3 },
      { title: 'used (UTC, within an hour)', yields: 4 },
      { title: 'revoked (UTC)', yields: 2 },
      { title: 'label', yields: 1 },
    ];
    const at = (ms: number | null): string => (ms === null ? '' : instant(ms));
    const rows = found.map((key) => [
      key.id,
      key.role,
      at(key.createdMs),
      at(key.lastUsedMs),
      at(key.revokedMs),
      key.label,
    ]);
    context.output.table(columns, rows);
  }
  context.output.data({ keys: found });
  return 0;
}

async function createCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const [organization, role, label] = [readOrganization(args), readRole(args), text(args, 'label') ?? ''];
  if (label.length > MAX_LABEL_CHARACTERS)
    throw new UserError('BAD_ARGUMENT', `--label takes up to ${MAX_LABEL_CHARACTERS} characters, not ${label.length}.`);
  const made = await withKeys(context, 'write', (port) => port.create(organization, role, label));
  context.output.verbatim(made.text);
  context.output.line(`This is shown once. daymill keys revoke ${made.key.id} --org ${organization} takes it back.`);
  context.output.data(made);
  return 0;
}

async function revokeCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const [organization, id = ''] = [readOrganization(args), args.positionals[0]];
  const key = await withKeys(context, 'write', (port) => port.revoke(organization, id));
  if (key === undefined)
    throw new UserError(
      'NOT_FOUND',
      `${organization} has no key ${id}. daymill keys --org ${organization} lists them.`,
    );
  context.output.line(`${id} is revoked. What is served notices within 30 s.`);
  context.output.data(key);
  return 0;
}

/** Keys are read without the project's code: there need be none. */
async function withKeys<T>(
  { config }: Context,
  purpose: 'look' | 'write',
  at: (keys: ApiKeys) => Promise<T>,
): Promise<T> {
  const cloud = await connectCloud(config, { datasets: [] }, purpose);
  try {
    Object.assign(process.env, cloud.env);
    const ports = composeKeys(config);
    try {
      return await at(ports.apiKeys);
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}
