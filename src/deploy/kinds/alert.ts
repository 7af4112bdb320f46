/** An alert policy. Channels that people added to one of ours stay. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies */
import { differences } from '../differences.ts';
import type { Body, Resource } from '../resource.ts';
import type { Kind, Site } from './kind.ts';
import { createDisplayed, findDisplayed, labelledDisplayed, removeDisplayed, updateDisplayed } from './monitoring.ts';

const CHANNELS = 'notificationChannels';

export const alert: Kind = {
  /** Its channels by our names, as far as they are ours. */
  async read({ name, body }, site) {
    const live = await findDisplayed(name, site);
    if (live === undefined) return undefined;
    const ours = new Map(
      await Promise.all(channelsOf(body).map(async (own) => [await liveName(own, site), own] as const)),
    );
    return { ...live, [CHANNELS]: channelsOf(live).map((one) => ours.get(one) ?? one) };
  },
  create: async (resource, site) => createDisplayed(await withLiveNames(resource, [], site), site),
  update: async (resource, fields, live, site) =>
    updateDisplayed(await withLiveNames(resource, channelsOf(live), site), fields, live, site),
  differences({ body }, live) {
    const { [CHANNELS]: _, ...compared } = body;
    const missing = channelsOf(body).filter((own) => !channelsOf(live).includes(own));
    return [...differences(compared, live), ...missing.map((own) => ({ path: CHANNELS, was: undefined, will: own }))];
  },
  labelled: (site) => labelledDisplayed('alertPolicies', site),
  remove: removeDisplayed,
};

const channelsOf = (body: Body): readonly string[] => (body[CHANNELS] as readonly string[] | undefined) ?? [];

async function liveName(own: string, site: Site): Promise<string | undefined> {
  const name = (await findDisplayed(own, site))?.['name'];
  return typeof name === 'string' ? name : undefined;
}

/** With those that are there already. */
async function withLiveNames(resource: Resource, there: readonly string[], site: Site): Promise<Resource> {
  const own = channelsOf(resource.body);
  const live = await Promise.all(own.map(async (name) => (await liveName(name, site)) ?? name));
  const others = there.filter((name) => !own.includes(name));
  return { ...resource, body: { ...resource.body, [CHANNELS]: [...live, ...others] } };
}
