/**
 * The membership map in Firestore. `orgs/{org}/membership/version` has the version and, by part, the version that changed it last; the parts
 * are `orgs/{org}/membership/parts/devices/{00…ff}`, packed. A change is one transaction over the version and the parts that it is in: about
 * one a second is what the version takes, so what comes together should be sent together.
 */
import type { DocumentReference, DocumentSnapshot, Firestore, Transaction } from '@google-cloud/firestore';
import { z } from 'zod';
import { TerminalError, UserError } from '../../errors.ts';
import {
  changed,
  MAX_EVENTS_A_DEVICE,
  partOf,
  type DeviceEvents,
  type MembershipChange,
  type MembershipVersion,
} from '../../meter/live/membership.ts';
import { decodePart, encodePart } from '../../meter/live/membership-part.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { MembershipStore } from '../../meter/ports/membership.ts';
import type { Clock } from '../../process/ports.ts';
import { unavailable } from '../firestore-client.ts';
import { documentBytes, MAX_DOCUMENT_BYTES } from '../sizes.ts';
import { membershipPartsOf, membershipVersionOf } from './live-paths.ts';

const NO_DEVICES: DeviceEvents = new Map();

const Version = z.object({ version: z.number().int(), changed: z.record(z.string(), z.number().int()) });

export function firestoreMembership(db: Firestore, clock: Clock): MembershipStore {
  const versionRef = (organization: Organization): DocumentReference => db.doc(membershipVersionOf(organization));
  const partRef = (organization: Organization, part: number): DocumentReference =>
    db.collection(membershipPartsOf(organization)).doc(nameOf(part));

  const changeIn = async (
    transaction: Transaction,
    organization: Organization,
    byPart: ReadonlyMap<number, readonly MembershipChange[]>,
  ): Promise<number | undefined> => {
    const numbers = [...byPart.keys()];
    const refs = numbers.map((part) => partRef(organization, part));
    const [root, ...documents] = await transaction.getAll(versionRef(organization), ...refs);
    const before = versionIn(root);
    // By the time, so that no version comes again where the documents were set back.
    const version = Math.max(before.version + 1, clock.now());
    const parts = new Map(before.parts);
    const writes: { readonly ref: DocumentReference; readonly data: Uint8Array }[] = [];
    for (const [at, part] of numbers.entries()) {
      const next = changed(devicesIn(documents[at]), byPart.get(part) ?? []);
      if (next === undefined) continue;
      checkDevices(next, byPart.get(part) ?? []);
      const ref = refs[at] as DocumentReference;
      writes.push({ ref, data: fitting(ref, encodePart(next)) });
      parts.set(part, version);
    }
    if (writes.length === 0) return undefined;
    for (const { ref, data } of writes) transaction.set(ref, { data });
    const names = [...parts].map(([part, of]) => [nameOf(part), of] as const);
    transaction.set(versionRef(organization), { version, changed: Object.fromEntries(names) });
    return version;
  };

  return {
    async version(organization) {
      try {
        return versionIn(await versionRef(organization).get());
      } catch (thrown) {
        throw unavailable(`the version of the membership map of ${organization} was not read`, thrown);
      }
    },
    async parts(organization, numbers) {
      if (numbers.length === 0) return new Map();
      try {
        const documents = await db.getAll(...numbers.map((part) => partRef(organization, part)));
        return new Map(documents.map((document, at) => [numbers[at] as number, devicesIn(document)]));
      } catch (thrown) {
        throw unavailable(`${numbers.length} parts of the membership map of ${organization} were not read`, thrown);
      }
    },
    async change(organization, changes) {
      if (changes.length === 0) return undefined;
      const byPart = Map.groupBy(changes, ({ device }) => partOf(device));
      try {
        return await db.runTransaction((transaction) => changeIn(transaction, organization, byPart));
      } catch (thrown) {
        if (thrown instanceof UserError) throw thrown;
        throw unavailable(`the membership map of ${organization} was not changed`, thrown);
      }
    },
  };
}

const nameOf = (part: number): string => part.toString(16).padStart(2, '0');

function versionIn(document: DocumentSnapshot | undefined): MembershipVersion {
  if (document?.exists !== true) return { version: 0, parts: new Map() };
  const { version, changed: of } = Version.parse(document.data());
  return { version, parts: new Map(Object.entries(of).map(([name, at]) => [Number.parseInt(name, 16), at])) };
}

function devicesIn(document: DocumentSnapshot | undefined): DeviceEvents {
  const data: unknown = document?.get('data');
  return data instanceof Uint8Array ? decodePart(data) : NO_DEVICES;
}

function checkDevices(part: DeviceEvents, changes: readonly MembershipChange[]): void {
  for (const { device } of changes) {
    const count = part.get(device)?.length ?? 0;
    if (count > MAX_EVENTS_A_DEVICE)
      throw new UserError(
        'OVER_LIMIT',
        `${device} would be registered to ${count} events, and ${MAX_EVENTS_A_DEVICE} is the most. Unregister it from some.`,
      );
  }
}

function fitting(ref: DocumentReference, data: Uint8Array): Uint8Array {
  const bytes = documentBytes(ref.path, { data });
  if (bytes <= MAX_DOCUMENT_BYTES) return data;
  throw new TerminalError(
    'TOO_LARGE',
    `${ref.path} would take ${bytes} bytes, and a document of Firestore ${MAX_DOCUMENT_BYTES}. Devices that no event needs have to be unregistered.`,
  );
}
