/**
 * The registry in Firestore: `registry/{computation}` holds the versions whole, `planner/registry` what is asked every day of all
 * of them. Both are packed: as maps of fields they would cost an index entry a member. An index that outgrows its document is cut between
 * two names, and the second half is `planner/registry/parts/{name}`, by the name that it begins with; a commit writes the parts that change.
 */
import type { DocumentReference, DocumentSnapshot, Firestore, Transaction } from '@google-cloud/firestore';
import { z } from 'zod';
import { packJson, unpackJson } from '../../mill/execution/artifact-codec.ts';
import { ownMember } from '../../values/own-member.ts';
import { MAX_VERSIONS, RegisteredVersion, Registration, withVersion } from '../../mill/model/registration.ts';
import { behaviourOf } from '../../mill/model/vector.ts';
import type { NewVersion, Registry } from '../../mill/ports/code.ts';
import { unavailable } from '../firestore-client.ts';
import { MAX_COMMIT_BYTES, writeBytes } from '../sizes.ts';
import { REGISTRY, REGISTRY_INDEX, REGISTRY_PARTS } from './paths.ts';

const Index = z.record(z.string(), z.array(RegisteredVersion));
type Index = z.infer<typeof Index>;
const Versions = z.array(Registration);

/** Computations that one commit registers, at most: the index and they are written together. */
const COMPUTATIONS_A_COMMIT = 50;

/** Where things are cut; smaller in tests. */
export interface RegistrySizes {
  /** Of the content of a document: Firestore takes 1 MiB, names and overhead included. */
  readonly documentBytes: number;
  readonly commitBytes: number;
}

const SIZES: RegistrySizes = { documentBytes: 900_000, commitBytes: MAX_COMMIT_BYTES };

export function firestoreRegistry(db: Firestore, given: Partial<RegistrySizes> = {}): Registry {
  const sizes = { ...SIZES, ...given };
  const refOf = (computation: string) => db.collection(REGISTRY).doc(computation);

  const register = async (some: readonly NewVersion[]): Promise<void> => {
    const isWritten = await registerTogether(db, some, sizes);
    if (isWritten) return;
    // Too much for one commit.
    const middle = some.length >> 1;
    await register(some.slice(0, middle));
    await register(some.slice(middle));
  };

  return {
    async index() {
      const parts = await readIndex(db, (refs) => db.getAll(...refs));
      return new Map(parts.flatMap(({ versions }) => Object.entries(versions)));
    },
    async versions(computations) {
      if (computations.length === 0) return new Map();
      const documents = await db.getAll(...computations.map(refOf));
      return new Map(documents.map((document) => [document.id, versionsIn(document)]));
    },
    async register(versions) {
      for (let start = 0; start < versions.length; start += COMPUTATIONS_A_COMMIT) {
        try {
          await register(versions.slice(start, start + COMPUTATIONS_A_COMMIT));
        } catch (thrown) {
          throw unavailable('the registry was not written', thrown);
        }
      }
    },
  };
}

/** A part of the index: the names from `first` on; the first part begins with all of them. */
interface IndexPart {
  readonly first: string;
  readonly versions: Index;
}

/** Without content where it stays as it is. */
interface PackedPart extends IndexPart {
  readonly content: Uint8Array | undefined;
}

const partRef = (db: Firestore, first: string): DocumentReference =>
  first === '' ? db.doc(REGISTRY_INDEX) : db.collection(REGISTRY_PARTS).doc(first);

/** Ascending. */
async function readIndex(
  db: Firestore,
  getAll: (refs: readonly DocumentReference[]) => Promise<DocumentSnapshot[]>,
): Promise<IndexPart[]> {
  const [root] = await getAll([partRef(db, '')]);
  const others = z.array(z.string()).safeParse(root?.get('parts')).data ?? [];
  const rest = others.length === 0 ? [] : await getAll(others.map((first) => partRef(db, first)));
  return [
    { first: '', versions: indexIn(root) },
    ...others.map((first, at) => ({ first, versions: indexIn(rest[at]) })),
  ];
}

/** False when they are too many for one commit: nothing is written then. */
async function registerTogether(db: Firestore, added: readonly NewVersion[], sizes: RegistrySizes): Promise<boolean> {
  const refOf = (computation: string) => db.collection(REGISTRY).doc(computation);
  return db.runTransaction(async (transaction) => {
    const getAll = (refs: readonly DocumentReference[]) => transaction.getAll(...refs);
    const parts = await readIndex(db, getAll);
    const documents = await getAll(added.map(({ computation }) => refOf(computation)));
    const writes = new Map<DocumentReference, object>();
    const touched = new Set<IndexPart>();
    for (const [at, { computation, registration, version }] of added.entries()) {
      const part = parts.findLast(({ first }) => first <= computation) as IndexPart;
      touched.add(part);
      part.versions[computation] = withVersion(ownMember(part.versions, computation) ?? [], version);
      const behaviour = behaviourOf(registration);
      const others = versionsIn(documents[at]).filter((each) => behaviourOf(each) !== behaviour);
      writes.set(refOf(computation), { content: packNewest([...others, registration], sizes) });
    }
    const cut: PackedPart[] = parts.flatMap((part): PackedPart[] =>
      touched.has(part) ? cutToFit(part, sizes) : [{ ...part, content: undefined }],
    );
    const others = cut.map(({ first }) => first).slice(1);
    for (const [at, { first, content }] of cut.entries()) {
      if (content !== undefined || (at === 0 && cut.length > parts.length))
        writes.set(partRef(db, first), {
          content: content ?? pack(parts[0]?.versions),
          ...(first === '' ? { parts: others } : {}),
        });
    }
    return write(transaction, writes, added.length > 1 ? sizes.commitBytes : Infinity);
  });
}

function write(transaction: Transaction, writes: ReadonlyMap<DocumentReference, object>, maxBytes: number): boolean {
  const bytes = [...writes].reduce((sum, [ref, fields]) => sum + writeBytes(ref.path, fields), 0);
  if (bytes > maxBytes) return false;
  for (const [ref, fields] of writes) transaction.set(ref, fields);
  return true;
}

/** The part itself, or halves of it until each fits. */
function cutToFit({ first, versions }: IndexPart, sizes: RegistrySizes): PackedPart[] {
  const content = pack(versions);
  const names = Object.keys(versions).sort();
  const middle = names[names.length >> 1];
  if (content.byteLength <= sizes.documentBytes || names.length < 2 || middle === undefined)
    return [{ first, versions, content }];
  const some = (isIn: (name: string) => boolean): Index =>
    Object.fromEntries(Object.entries(versions).filter(([name]) => isIn(name)));
  return [
    ...cutToFit({ first, versions: some((name) => name < middle) }, sizes),
    ...cutToFit({ first: middle, versions: some((name) => name >= middle) }, sizes),
  ];
}

/** The newest versions, as many as fit a document. */
function packNewest(versions: readonly Registration[], sizes: RegistrySizes): Uint8Array {
  const kept = versions.slice(-MAX_VERSIONS);
  const content = pack(kept);
  return content.byteLength <= sizes.documentBytes || kept.length === 1 ? content : packNewest(kept.slice(1), sizes);
}

const pack = (content: unknown): Uint8Array => packJson(JSON.stringify(content));

/** What another version of Daymill wrote is as good as nothing: everything is simulated anew. */
const indexIn = (document: DocumentSnapshot | undefined): Index => Index.safeParse(unpack(document)).data ?? {};

const versionsIn = (document: DocumentSnapshot | undefined): Registration[] =>
  Versions.safeParse(unpack(document)).data ?? [];

function unpack(document: DocumentSnapshot | undefined): unknown {
  const content: unknown = document?.get('content');
  return content instanceof Uint8Array ? unpackJson(content) : undefined;
}
