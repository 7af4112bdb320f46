/** What somebody should hear of: told in the log, and to a webhook where one is set, once when it begins and once when it is over. */
import type { Log } from '../../../process/ports.ts';
import { addDays, dayOf } from '../../../values/date.ts';
import { hashOf } from '../../../values/hash.ts';
import type { Organization } from '../../model/organization.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { Alerts } from '../../ports/alerts.ts';
import type { Jobs } from '../../ports/jobs.ts';
import type { JobDone } from './run-jobs.ts';

/** Failures of a job in a row that are more than bad luck. */
const MANY_FAILURES = 3;

/** Dead letters of an organization that nobody looks at. */
const MANY_DEAD_LETTERS = 100;

/** After a day's end, days by which it should be rolled up. */
const ROLLED_UP_AFTER_DAYS = 2;

export interface HealthPorts {
  readonly days: Pick<DayStore, 'organizations' | 'days' | 'content'>;
  readonly chunks: Pick<Chunks, 'index'>;
  readonly deadLetters: { count(organization: Organization): Promise<number> };
  readonly jobs: Pick<Jobs, 'list'>;
  readonly alerts: Alerts;
  readonly clock: { now(): number };
  readonly log: Log;
}

export async function checkHealth(ports: HealthPorts): Promise<JobDone> {
  const found = [...(await failingJobs(ports)), ...(await ailingOrganizations(ports))];
  const byId = new Map(found.map((text) => [hashOf(text.replaceAll(/\d+/g, '#')), text]));
  const { begun, over } = await ports.alerts.exchange(byId);
  for (const text of begun) ports.log.warn({ event: 'health.alert' }, text);
  for (const text of over) ports.log.info({ event: 'health.over' }, `No more: ${text}`);
  return { isDone: true, text: found.length === 0 ? 'all is well' : found.join(' ') };
}

async function failingJobs({ jobs }: HealthPorts): Promise<string[]> {
  return (await jobs.list())
    .filter(({ failures }) => failures >= MANY_FAILURES)
    .map(
      ({ name, failures, history }) =>
        `The job ${name} has failed ${failures} times in a row: ${history[0]?.text ?? ''}`,
    );
}

async function ailingOrganizations({ days, chunks, deadLetters, clock }: HealthPorts): Promise<string[]> {
  const late = addDays(dayOf(clock.now()), -1 - ROLLED_UP_AFTER_DAYS);
  const texts: string[] = [];
  for (const organization of await days.organizations()) {
    const letters = await deadLetters.count(organization);
    if (letters > MANY_DEAD_LETTERS)
      texts.push(`${organization} has ${letters} dead letters: daymill dead-letters --org ${organization} lists them.`);
    const content = await days.content({ organization, day: late }, 'samples');
    if (content === undefined) continue;
    const { index } = await chunks.index({ organization, day: late });
    if (index.rolledUp === undefined)
      texts.push(`${organization} has ${late} not rolled up yet: daymill jobs tells what became of the compaction.`);
  }
  return texts;
}
