/** What a group brings, in one commit: segments and events under random names, what is claimed, and the documents that come with them. */
import { type DocumentData, type Firestore, Timestamp } from '@google-cloud/firestore';
import { RetryableError } from '../../errors.ts';
import type { Claim, Committed, DayKey, EventWrite, SampleWrite, Together } from '../../meter/ports/day-store.ts';
import type { StoredEvent } from '../../meter/model/event.ts';
import { Samples } from '../../meter/model/samples.ts';
import { contentOfEvents, contentOfSamples } from '../../meter/segments/content.ts';
import { encodeEvents } from '../../meter/segments/events.ts';
import { encodeSegment } from '../../meter/segments/segment.ts';
import { grpcCode, GRPC, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { CLAIM_DAYS, claimPath, DAY_MS, eventsPath, netOf, segmentsPath } from './day-paths.ts';

/** Of what is packed in one document, which holds 1 MiB. */
const MAX_SEGMENT_BYTES = 900_000;

/** A commit whose answer did not come is sent again under the same names. */
const ATTEMPTS = 3;
const WAIT_MS = 100;

const NEXT = 'Send less in one request.';

export interface CommitPorts {
  readonly db: Firestore;
  readonly newId: () => string;
  readonly clock: { now(): number };
  readonly wait: (ms: number) => Promise<void>;
}

interface Write {
  readonly path: string;
  readonly fields: DocumentData;
  readonly create: boolean;
}

/** @throws {RetryableError} UNAVAILABLE @throws {TerminalError} TOO_LARGE */
export async function commitTogether(together: Together, ports: CommitPorts): Promise<Committed> {
  const id = ports.newId();
  const claims = claimWrites(together.claims, id, ports);
  const writes: Write[] = [
    ...together.samples.flatMap((write) => segmentWrites(write, ports)),
    ...together.events.flatMap((write) => eventWrites(write, ports)),
    ...together.documents.map(({ path, fields }) => ({ path, fields, create: false })),
    ...claims,
  ];
  for (let attempt = 1; ; attempt++) {
    try {
      await send(writes, ports);
      return { kind: 'committed', writes: writes.length };
    } catch (thrown) {
      if (grpcCode(thrown) === GRPC.ALREADY_EXISTS) {
        const taken = await takenBefore(together.claims, id, ports);
        // None by others: an attempt before is there, whose answer was lost.
        return taken.length > 0 ? { kind: 'claimed', claims: taken } : { kind: 'committed', writes: writes.length };
      }
      const error = unavailable('what was sent could not be committed', thrown);
      if (!(error instanceof RetryableError) || attempt === ATTEMPTS) throw error;
      await ports.wait(WAIT_MS * attempt);
    }
  }
}

async function send(writes: readonly Write[], { db }: CommitPorts): Promise<void> {
  const batch = new MeasuredBatch(db, { what: 'what was sent', next: NEXT });
  for (const { path, fields, create } of writes) {
    if (create) batch.create(db.doc(path), fields);
    else batch.set(db.doc(path), fields);
  }
  await batch.commit();
}

function claimWrites(claims: readonly Claim[], commit: string, { clock }: CommitPorts): Write[] {
  const expireAt = Timestamp.fromMillis(clock.now() + CLAIM_DAYS * DAY_MS);
  return claims.map(({ organization, key, answer }) => ({
    path: claimPath(organization, key),
    fields: { commit, expireAt, ...(answer === undefined ? {} : { answer }) },
    create: true,
  }));
}

async function takenBefore(claims: readonly Claim[], commit: string, { db }: CommitPorts): Promise<Claim[]> {
  if (claims.length === 0) return [];
  try {
    const found = await db.getAll(...claims.map(({ organization, key }) => db.doc(claimPath(organization, key))));
    return claims.filter((_, at) => found[at]?.exists === true && found[at].get('commit') !== commit);
  } catch (thrown) {
    throw unavailable('what was taken before could not be read', thrown);
  }
}

function segmentWrites(write: SampleWrite, ports: CommitPorts): Write[] {
  const { samples, ids, ...key } = write;
  const data = encodeSegment(samples, ids);
  if (data.byteLength > MAX_SEGMENT_BYTES && samples.length > 1)
    return halves(samples).flatMap((half) => segmentWrites({ ...write, samples: half }, ports));
  const { h1, h2 } = contentOfSamples(samples, ids);
  const { from, to } = range(samples);
  return [created(key, segmentsPath(key), { from, to, n: samples.length, h1, h2, data }, ports)];
}

function eventWrites({ kind, events, ...key }: EventWrite, ports: CommitPorts): Write[] {
  const data = encodeEvents(events);
  if (data.byteLength > MAX_SEGMENT_BYTES && events.length > 1) {
    const middle = Math.ceil(events.length / 2);
    return [events.slice(0, middle), events.slice(middle)].flatMap((half: readonly StoredEvent[]) =>
      eventWrites({ ...key, kind, events: half }, ports),
    );
  }
  return [created(key, eventsPath(key, kind), { n: events.length, ...contentOfEvents(events), data }, ports)];
}

const created = ({ day }: DayKey, collection: string, fields: DocumentData, { newId }: CommitPorts): Write => ({
  path: `${collection}/${newId()}`,
  fields: { ...fields, expireAt: Timestamp.fromMillis(netOf(day)) },
  create: true,
});

function halves(samples: Samples): Samples[] {
  const middle = Math.ceil(samples.length / 2);
  const [first, second] = [new Samples(), new Samples()];
  for (let at = 0; at < samples.length; at++)
    (at < middle ? first : second).copy(samples, at, samples.series[at] as number);
  for (const exemplar of samples.exemplars) {
    if (exemplar.sample < middle) first.exemplars.push(exemplar);
    else second.exemplars.push({ ...exemplar, sample: exemplar.sample - middle });
  }
  return [first, second];
}

function range({ timestampsMs, length }: Samples): { readonly from: number; readonly to: number } {
  let [from, to] = [Infinity, -Infinity];
  for (let at = 0; at < length; at++) {
    const time = timestampsMs[at] as number;
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return { from, to };
}
