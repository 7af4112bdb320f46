/** A service of Cloud Run. A revision that does not start takes no traffic: the old one serves on. https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services */
import { differences, topLevel } from '../differences.ts';
import { GoogleError } from '../google/google-error.ts';
import { onceAllowed } from '../google/once-allowed.ts';
import { type Body, shortName } from '../resource.ts';
import { type Kind, listAll, merged, parentOf } from './kind.ts';
import { labelledOf } from './topic.ts';

const HOST = 'https://run.googleapis.com/v2';

interface Condition {
  readonly state?: string;
  readonly message?: string;
}

export const service: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body }, { api }) {
    await onceAllowed(api, async (isFirst) => {
      // A service whose first revision does not start is there all the same.
      const operation = isFirst
        ? await api.send('POST', `${HOST}/${parentOf(name)}?serviceId=${shortName(name)}`, body)
        : await api.send('PATCH', `${HOST}/${name}?updateMask=template`, { name, ...body });
      assertReady(name, await api.finish(HOST, operation));
    });
  },
  async update({ name, body }, fields, live, { api }) {
    const changed = { name, ...body, labels: merged(live['labels'], body['labels']) };
    const mask = topLevel(fields).filter((member) => Object.hasOwn(body, member));
    const url = `${HOST}/${name}?updateMask=${mask.length === 0 ? 'template' : mask.join(',')}`;
    await onceAllowed(api, async () =>
      assertReady(name, await api.finish(HOST, await api.send('PATCH', url, changed))),
    );
  },
  differences({ body }, live) {
    const { state, message } = (live['terminalCondition'] ?? {}) as Condition;
    const fields = differences(body, live);
    // As it is wanted, and yet it does not run: it is tried again.
    if (fields.length > 0 || state !== 'CONDITION_FAILED') return fields;
    return [{ path: 'revision', was: message ?? 'does not start', will: 'starts' }];
  },
  labelled: async ({ api, projectId, region }) =>
    labelledOf(await listAll(api, `${HOST}/projects/${projectId}/locations/${region}/services`, 'services')),
  async remove(name, { api }) {
    await api.finish(HOST, await api.send('DELETE', `${HOST}/${name}`));
    return undefined;
  },
};

/** @throws {GoogleError} with what Cloud Run says of the revision. */
export function assertReady(name: string, live: Body): void {
  const { state, message } = (live['terminalCondition'] ?? {}) as Condition;
  if (state === 'CONDITION_FAILED')
    throw new GoogleError(400, 'FAILED', `${shortName(name)} does not start: ${message}`);
}
