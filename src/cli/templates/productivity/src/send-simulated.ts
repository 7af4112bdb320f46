/**
 * Sends six simulated days to a Daymill that is served, for who has nothing of their own to send yet:
 *
 *     npx daymill serve --port 18100 &
 *     TOKEN=$(npx daymill token --org acme --role developer) node src/send-simulated.ts http://127.0.0.1:18100 acme
 */
import { type SimulatedAgentRun, type SimulatedCommand, simulatedEvents, TRUTH } from './simulated-events.ts';

/** Events may be a week late, and those of today are of a day that goes on. */
const DAYS = 6;

/** As many go together. */
const BATCH = 1_000;

const DAY_MS = 86_400_000;

const [url, organization] = process.argv.slice(2);
const token = process.env['TOKEN'];
if (url === undefined || organization === undefined || token === undefined) {
  process.stderr.write('Usage: TOKEN=… node src/send-simulated.ts URL acme|globex\n');
  process.exit(2);
}

const from = new Date(Date.now() - DAYS * DAY_MS).toISOString().slice(0, 10);
const days = simulatedEvents({ seed: 1, from, days: DAYS, brokenOn: 4, adoptedOn: 2, isHungry: true });
let sent = 0;
for (const { commands, agents } of days) {
  await send('command_executions', commands);
  await send('agent_interactions', agents);
}
process.stdout.write(
  `Sent ${sent} simulated events of ${organization}, from ${from} on. In them, from the fifth day on, `,
);
process.stdout.write(
  `every third ${TRUTH.broken.command} of ${TRUTH.broken.organization} fails.\nNow: npx daymill run --from ${from}\n`,
);

async function send(member: string, events: readonly (SimulatedCommand | SimulatedAgentRun)[]): Promise<void> {
  const own = events.filter((event) => event.organization === organization);
  for (let first = 0; first < own.length; first += BATCH) {
    // Whose they are is said by the token.
    const items = own.slice(first, first + BATCH).map(withoutOrganization);
    const answer = await fetch(`${url}/api/metrics/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ [member]: items }),
    });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
    sent += items.length;
  }
}

function withoutOrganization(event: SimulatedCommand | SimulatedAgentRun): object {
  return { ...event, organization: undefined };
}
