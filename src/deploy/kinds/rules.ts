/** The rules of one database: a ruleset, and the release that puts it there. https://firebase.google.com/docs/reference/rules/rest */
import type { Api } from '../google/api.ts';
import type { Kind } from './kind.ts';

const HOST = 'https://firebaserules.googleapis.com/v1';

interface Ruleset {
  readonly source?: { readonly files?: readonly { readonly content?: string }[] };
}

const projectOf = (name: string): string => name.split('/').slice(0, 2).join('/');

async function rulesetOf(source: unknown, name: string, api: Api): Promise<unknown> {
  const files = [{ name: 'firestore.rules', content: source }];
  const { name: rulesetName } = await api.send('POST', `${HOST}/${projectOf(name)}/rulesets`, { source: { files } });
  return rulesetName;
}

export const rules: Kind = {
  async read({ name }, { api }) {
    const release = await api.get(`${HOST}/${name}`);
    if (release === undefined) return undefined;
    const ruleset = (await api.get(`${HOST}/${String(release['rulesetName'])}`)) as Ruleset | undefined;
    return { source: ruleset?.source?.files?.[0]?.content ?? '' };
  },
  async create({ name, body }, { api }) {
    const rulesetName = await rulesetOf(body['source'], name, api);
    await api.send('POST', `${HOST}/${projectOf(name)}/releases`, { name, rulesetName });
  },
  async update({ name, body }, _fields, _live, { api }) {
    const rulesetName = await rulesetOf(body['source'], name, api);
    await api.send('PATCH', `${HOST}/${name}`, { release: { name, rulesetName } });
  },
};
