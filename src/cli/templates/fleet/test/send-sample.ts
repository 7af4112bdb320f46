/** Sends a SIMULATED fleet, of the six days up to yesterday: node test/send-sample.ts http://127.0.0.1:18100 TOKEN */
import { setTimeout as delay } from 'node:timers/promises';
import { simulatedFleet } from '../src/computations/fleet/simulated-fleet.ts';

/** A fortnight is simulated, of which the last days are sent: a week is how late samples are taken. */
const DAYS = 14;
const SENT = 6;
const ITEMS = 10_000;
const DAY_MS = 86_400_000;

const [url, token] = process.argv.slice(2);
if (url === undefined || token === undefined) {
  process.stderr.write('Say where to and as whom: node test/send-sample.ts http://127.0.0.1:18100 TOKEN\n');
  process.exit(2);
}

async function send(items: readonly object[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/metrics`, { method: 'POST', headers, body: JSON.stringify(items) });
  const text = await answer.text();
  if (answer.status === 429 || answer.status === 503) {
    await delay(1_000 * Number(answer.headers.get('retry-after') ?? 1));
    await send(items);
  } else if (!answer.ok) throw new Error(`It was refused with ${answer.status}: ${text.slice(0, 500)}`);
}

const dayOf = (daysAgo: number): string => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
const first = dayOf(SENT);

for (const { date, series } of simulatedFleet({ from: dayOf(DAYS), days: DAYS })) {
  if (date < first) continue;
  const items = Object.values(series)
    .flat()
    .flatMap(({ labels: { __name__: name, ...labels }, temporality, times, values }) =>
      times.map((timestamp, at) => ({ name, labels, temporality, timestamp, value: values[at] })),
    );
  for (let start = 0; start < items.length; start += ITEMS) await send(items.slice(start, start + ITEMS));
  process.stdout.write(`${date}: sent ${items.length} simulated samples\n`);
}
process.stdout.write(`\nNow: npx daymill run --from ${first} --date ${dayOf(1)}\n`);
process.stdout.write(`Then: npx daymill results fleet-briefing ${dayOf(1)}\n`);
