/** What Cloud Monitoring keeps under names of its own: ours are known by what they display, and by their label. */
import { topLevel } from '../differences.ts';
import { type Body, type FieldChange, LABEL, type Resource, shortName } from '../resource.ts';
import { createUnnamed, type Labelled, listAll, merged, parentOf, type Site } from './kind.ts';

export const MONITORING = 'https://monitoring.googleapis.com/v3';

/** The oldest of several alike. */
export const findDisplayed = async (name: string, site: Pick<Site, 'api'>): Promise<Body | undefined> =>
  (await alike(name, site))[0];

async function alike(name: string, { api }: Pick<Site, 'api'>): Promise<Body[]> {
  const collection = parentOf(name);
  const found = await listAll(api, `${MONITORING}/${collection}`, shortName(collection));
  return found
    .filter(({ displayName }) => displayName === shortName(name))
    .sort((left, right) => (ageOf(left) < ageOf(right) ? -1 : 1));
}

/** Names tell those of one moment apart. */
const ageOf = ({ creationRecord, name }: Body): string =>
  `${(creationRecord as { readonly mutateTime?: string } | undefined)?.mutateTime ?? ''} ${String(name)}`;

export async function createDisplayed({ name, body }: Resource, { api }: Site): Promise<void> {
  const made = { displayName: shortName(name), ...body };
  await createUnnamed(
    {
      what: shortName(name),
      create: (options) => api.send('POST', `${MONITORING}/${parentOf(name)}`, made, options),
      alike: async () => (await alike(name, { api })).filter(isOurs),
      remove: (live) => api.send('DELETE', `${MONITORING}/${String(live['name'])}`),
    },
    api,
  );
}

/** People may have one that displays the same. */
const isOurs = ({ userLabels }: Body): boolean => Object.hasOwn(userLabels ?? {}, LABEL);

export async function updateDisplayed(
  { body }: Resource,
  fields: readonly FieldChange[],
  live: Body,
  { api }: Site,
): Promise<void> {
  const { name, displayName } = live;
  const userLabels = merged(live['userLabels'], body['userLabels']);
  await api.send('PATCH', `${MONITORING}/${String(name)}?updateMask=${topLevel(fields).join(',')}`, {
    name,
    displayName,
    ...body,
    userLabels,
  });
}

/** Under our names. */
export async function labelledDisplayed(collection: string, { api, projectId }: Site): Promise<Labelled[]> {
  const parent = `projects/${projectId}/${collection}`;
  return (await listAll(api, `${MONITORING}/${parent}`, collection)).flatMap(({ displayName, userLabels }) => {
    const owner = (userLabels as Readonly<Record<string, string>> | undefined)?.[LABEL];
    return owner === undefined ? [] : [{ name: `${parent}/${String(displayName)}`, owner }];
  });
}

export async function removeDisplayed(name: string, site: Site): Promise<undefined> {
  const live = await findDisplayed(name, site);
  if (live !== undefined) await site.api.send('DELETE', `${MONITORING}/${String(live['name'])}`);
}
