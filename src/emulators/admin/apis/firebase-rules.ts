/** Rulesets, and releases that put them at a database: https://firebase.google.com/docs/reference/rules/rest */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { assertNew, find, needs, needsOfProject, put } from '../core/resources.ts';
import type { World } from '../core/world.ts';

const HOST = 'firebaserules.googleapis.com';
const RULES = 'google.firebase.rules.v1.FirebaseRulesService';

function createRuleset({ world, request }: Call): Json {
  const source = valueAt(request, 'ruleset.source') as Json;
  for (const { name, content } of source['files'] as readonly { readonly name: string; readonly content: string }[]) {
    // Their language is not read here: what has no service, or is cut off, is no rules of anything.
    const isWhole = content.split('{').length === content.split('}').length;
    if (!/\bservice\s+(?:cloud\.firestore|firebase\.storage)\b/.test(content) || !isWhole)
      throw new ApiError('INVALID_ARGUMENT', `Compilation errors in ${name}.`);
  }
  const name = `${textAt(request, 'name')}/rulesets/${world.id()}`;
  return put(world, HOST, name, {
    name,
    source,
    createTime: world.time(),
    metadata: { services: ['cloud.firestore'] },
  });
}

/** @throws {ApiError} INVALID_ARGUMENT */
function assertRuleset(world: World, release: Json): void {
  try {
    find(world, HOST, textAt(release, 'rulesetName'));
  } catch {
    throw new ApiError('INVALID_ARGUMENT', `There is no ruleset ${textAt(release, 'rulesetName')}.`);
  }
}

function createRelease({ world, request }: Call): Json {
  const release = request['release'] as Json;
  const name = textAt(release, 'name');
  if (!name.startsWith(`${textAt(request, 'name')}/releases/`))
    throw new ApiError('INVALID_ARGUMENT', `Invalid release name ${name}.`);
  assertNew(world, HOST, name);
  assertRuleset(world, release);
  return put(world, HOST, name, { ...release, createTime: world.time(), updateTime: world.time() });
}

function updateRelease({ world, request }: Call): Json {
  const live = find(world, HOST, textAt(request, 'name'));
  const release = (request['release'] ?? {}) as Json;
  assertRuleset(world, release);
  const rulesetName = textAt(release, 'rulesetName');
  return put(world, HOST, textAt(live, 'name'), { ...live, rulesetName, updateTime: world.time() });
}

export const firebaseRules: AdminApi = {
  service: HOST,
  methods: {
    [`${RULES}.CreateRuleset`]: { needs: needsOfProject('firebaserules.rulesets.create'), answer: createRuleset },
    [`${RULES}.GetRuleset`]: {
      needs: needs(HOST, 'firebaserules.rulesets.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${RULES}.CreateRelease`]: { needs: needsOfProject('firebaserules.releases.create'), answer: createRelease },
    [`${RULES}.GetRelease`]: {
      needs: needs(HOST, 'firebaserules.releases.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${RULES}.UpdateRelease`]: { needs: needs(HOST, 'firebaserules.releases.update'), answer: updateRelease },
  },
};
