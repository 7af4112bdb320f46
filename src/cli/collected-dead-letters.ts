/** `daymill dead-letters --org`: what was refused of what an organization sent. */
import { composeMeter, type MeterPorts } from '../compose-meter.ts';
import type { Organization } from '../meter/model/organization.ts';
import { dropDeadLetter, readDeadLetter, replayDeadLetter } from '../meter/steps/collect/dead-letters.ts';
import type { Context } from './command.ts';
import { counted } from './counted.ts';
import { connectCloud } from './local/connect.ts';
import { paint } from './paint.ts';
import { instant } from './units.ts';

/** Letters of one screen. */
const MOST = 1_000;

/** Items of a letter that a screen shows; `--json` has all. */
const SHOWN = 20;

export type Word = 'list' | 'show' | 'replay' | 'drop';

/** `id`: of all but `list`. @throws {UserError} NOT_FOUND */
export const collectedDeadLetters = (
  word: Word,
  { organization, id = '' }: { readonly organization: Organization; readonly id?: string | undefined },
  context: Context,
): Promise<void> =>
  withMeter(context, word === 'list' || word === 'show' ? 'look' : 'write', async (ports) => {
    if (word === 'list') await list(organization, ports, context);
    else if (word === 'show') await show(organization, { id, ports, context });
    else if (word === 'drop') {
      await dropDeadLetter(organization, id, ports);
      context.output.line(`${id} is dropped.`);
      context.output.data({ id, status: 'DROPPED' });
    } else await replay(organization, { id, ports, context });
  });

async function list(organization: Organization, ports: MeterPorts, { output }: Context): Promise<void> {
  const deadLetters = await ports.deadLetters.list(organization, MOST);
  output.data({ deadLetters });
  if (deadLetters.length === 0) {
    output.line(`Nothing that ${organization} sent was refused.`);
    return;
  }
  const columns = [
    { title: 'received (UTC)', yields: 2 },
    { title: 'id' },
    { title: 'route', yields: 3 },
    { title: 'items', align: 'right' as const, yields: 4 },
    { title: 'refused for', paint: paint.bad, yields: 1 },
  ];
  output.table(
    columns,
    deadLetters.map(({ id, receivedAt, route, counts }) => [
      instant(Date.parse(receivedAt)),
      id,
      route,
      String(Object.values(counts).reduce((sum, count) => sum + count, 0)),
      Object.keys(counts).join(', '),
    ]),
  );
}

interface One {
  readonly id: string;
  readonly ports: MeterPorts;
  readonly context: Context;
}

async function show(organization: Organization, { id, ports, context: { output } }: One): Promise<void> {
  const letter = await readDeadLetter(organization, id, ports);
  output.data(letter);
  output.line(`${letter.id}   ${letter.route}, received ${instant(Date.parse(letter.receivedAt))} UTC`);
  output.line();
  for (const { index, code, reason, item, count = 1 } of letter.items.slice(0, SHOWN)) {
    output.line(`${index}  ${code}: ${reason}${count > 1 ? ` (${count} alike)` : ''}`);
    if (item !== undefined) output.line(`   ${JSON.stringify(item)}`);
  }
  if (letter.items.length > SHOWN) output.line(`… and ${letter.items.length - SHOWN} more: --json has them.`);
  if (letter.droppedItems > 0)
    output.line(`${counted(letter.droppedItems, 'item')} more did not fit, and were only counted.`);
}

async function replay(organization: Organization, { id, ports, context: { output } }: One): Promise<void> {
  const answer = await replayDeadLetter(
    {
      organization,
      limits: await ports.limitsOf(organization),
      route: 'daymill dead-letters',
      idempotencyKey: undefined,
      receivedMs: ports.clock.now(),
    },
    id,
    ports,
  );
  output.line(
    `${counted(answer.accepted, 'item')} taken${answer.rejected === 0 ? '' : `, ${answer.rejected} refused again: a dead letter of their own`}.`,
  );
  output.data({ id, status: 'REPLAYED', accepted: answer.accepted, rejected: answer.rejected });
}

async function withMeter<T>(
  { config }: Context,
  purpose: 'look' | 'write',
  act: (ports: MeterPorts) => Promise<T>,
): Promise<T> {
  const connection = await connectCloud(config, { datasets: [] }, purpose);
  Object.assign(process.env, connection.env);
  const ports = composeMeter({ ...config, logLevel: 'silent' });
  try {
    return await act(ports);
  } finally {
    await ports.close();
    await connection.close();
  }
}
