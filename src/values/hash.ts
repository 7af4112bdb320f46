/** Content hashes: SHA-256 cut to 64 bits, as 16 hex digits. They are only ever compared in pairs (before and after). */
import { hash } from 'node:crypto';
import { z } from 'zod';

export const HASH_LENGTH = 16;

export const Hash = z.string().regex(/^[0-9a-f]{16}$/);
export type Hash = string;

/** Stands for an input that is not there and need not be: the previous result on the first day. */
export const NO_INPUT = 'none';

export const hashOf = (content: string | Uint8Array): Hash => hash('sha256', content, 'hex').slice(0, HASH_LENGTH);

/** Hash of several parts; the separator keeps ['ab','c'] and ['a','bc'] apart. */
export const hashOfParts = (parts: readonly string[]): Hash => hashOf(parts.join('\u0000'));
