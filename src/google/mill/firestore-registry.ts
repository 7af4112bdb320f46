/**
 * The registry in Firestore: `registry/{computation}` holds the versions whole, `planner/registry` what is asked every day of all
 * of them. Both are packed: as maps of fields they would cost an index entry a member.
 */
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { compressJson } from '../../mill/execution/artifact-codec.ts';
import { ownMember } from '../../values/own-member.ts';
import { MAX_VERSIONS, RegisteredVersion, Registration, withVersion } from '../../mill/model/registration.ts';
import { behaviourOf } from '../../mill/model/vector.ts';
import type { NewVersion, Registry } from '../../mill/ports/code.ts';
import { unavailable } from '../firestore-client.ts';
import { REGISTRY, REGISTRY_INDEX } from './paths.ts';

const Index = z.record(z.string(), z.array(RegisteredVersion));
const Versions = z.array(Registration);

/** Computations that one commit registers: the index and they are written together. */
const COMPUTATIONS_A_COMMIT = 50;

export function firestoreRegistry(db: Firestore): Registry {
  const refOf = (computation: string) => db.collection(REGISTRY).doc(computation);
  return {
    async index() {
      return new Map(Object.entries(indexIn(await db.doc(REGISTRY_INDEX).get())));
    },
    async versions(computations) {
      if (computations.length === 0) return new Map();
      const documents = await db.getAll(...computations.map(refOf));
      return new Map(documents.map((document) => [document.id, versionsIn(document)]));
    },
    async register(versions) {
      for (let start = 0; start < versions.length; start += COMPUTATIONS_A_COMMIT) {
        const some = versions.slice(start, start + COMPUTATIONS_A_COMMIT);
        try {
          await registerTogether(db, some, refOf);
        } catch (thrown) {
          throw unavailable('the registry was not written', thrown);
        }
      }
    },
  };
}

async function registerTogether(
  db: Firestore,
  added: readonly NewVersion[],
  refOf: (computation: string) => FirebaseFirestore.DocumentReference,
): Promise<void> {
  const index = db.doc(REGISTRY_INDEX);
  await db.runTransaction(async (transaction) => {
    const [indexed, ...documents] = await transaction.getAll(
      index,
      ...added.map(({ computation }) => refOf(computation)),
    );
    const versions = indexIn(indexed);
    for (const [at, { computation, registration, version }] of added.entries()) {
      const document = documents[at];
      versions[computation] = withVersion(ownMember(versions, computation) ?? [], version);
      const behaviour = behaviourOf(registration);
      const others = versionsIn(document).filter((each) => behaviourOf(each) !== behaviour);
      transaction.set(refOf(computation), { content: pack([...others, registration].slice(-MAX_VERSIONS)) });
    }
    transaction.set(index, { content: pack(versions) });
  });
}

const pack = (content: unknown): Uint8Array => compressJson(JSON.stringify(content));

/** What another version of Daymill wrote is as good as nothing: everything is simulated anew. */
const indexIn = (document: DocumentSnapshot | undefined): z.infer<typeof Index> =>
  Index.safeParse(unpack(document)).data ?? {};

const versionsIn = (document: DocumentSnapshot | undefined): Registration[] =>
  Versions.safeParse(unpack(document)).data ?? [];

function unpack(document: DocumentSnapshot | undefined): unknown {
  const content: unknown = document?.get('content');
  return content instanceof Uint8Array ? JSON.parse(zstdDecompressSync(content).toString('utf8')) : undefined;
}
