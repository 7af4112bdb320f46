/**
 * What every engine of this bench makes, and stores: the cells of a shape, and of a cell what Daymill keeps of one, byte for byte as long:
 * how it was made (record), of what (vector), the hash and the place of its result (artifact), and the result, compressed (data).
 */
import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** @typedef {{ computation: string, date: string, reads: string }} Cell `reads`: `tick`, the day's root document; `all` results of the day; or one computation's. */
/** @typedef {{ name: string, hash: string, data: Uint8Array }} Input */

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2020-01-01');

/** @param {number} first @param {number} days @returns {string[]} */
export const datesOf = (first, days) =>
  Array.from({ length: days }, (_, at) => new Date(FIRST_MS + (first + at) * DAY_MS).toISOString().slice(0, 10));

/**
 * Layer by layer, as bench/cells-project.ts defines them.
 * @param {{ shape: 'fan' | 'layers', computations: number, layers: number }} size @param {readonly string[]} dates @returns {Cell[][]}
 */
export function layersOf({ shape, computations, layers }, dates) {
  const layer = (names, readsOf) =>
    names.flatMap((computation) => dates.map((date) => ({ computation, date, reads: readsOf(computation) })));
  const named = (from, count) => Array.from({ length: count }, (_, at) => `c${from + at}`);
  if (shape === 'fan') return [layer(named(0, computations), () => 'tick'), layer(['all'], () => 'all')];
  const width = computations / layers;
  return Array.from({ length: layers }, (_, at) =>
    layer(named(at * width, width), (name) => (at === 0 ? 'tick' : `c${Number(name.slice(1)) - width}`)),
  );
}

/** @param {string} date @returns {Input & { date: string }} */
export function tickOf(date) {
  const text = JSON.stringify({ value: (Date.parse(date) - FIRST_MS) / DAY_MS });
  return { date, name: 'document:tick', hash: hashOf(text), data: compressed(text) };
}

/** @param {{ reads: string }} cell @param {string} computation */
export const inputName = (computation) => `dependency:${computation}`;

/** @param {Cell} cell @param {readonly Input[]} inputs */
export function made({ computation, date, reads }, inputs) {
  const started = performance.now();
  const values = inputs.map(({ data }) => JSON.parse(zstdDecompressSync(data).toString('utf8')));
  const value = reads === 'tick' ? values[0].value : reads === 'all' ? values.length : values[0];
  const text = JSON.stringify(value);
  return {
    computation,
    date,
    status: 'COMPLETED',
    generation: hashOf(`${Math.random()}`).slice(0, 13),
    vector: {
      fingerprint: fingerprintOf(computation),
      inputs: Object.fromEntries(inputs.map(({ name, hash }) => [name, hash])),
    },
    record: {
      attempt: 1,
      because: { why: 'NEW' },
      entities: 0,
      errors: [],
      failedEntities: 0,
      finishedMs: Date.now(),
      reason: 'RUN: never ran',
      runId: RUN,
      seconds: (performance.now() - started) / 1_000,
      taskId: `${RUN}.${computation}.${date}`,
    },
    artifact: {
      count: 1,
      hash: hashOf(text),
      keyed: false,
      parts: [{ count: 1, first: '', last: '' }],
      rawBytes: Buffer.byteLength(text),
    },
    data: compressed(text),
  };
}

/** Of a stored cell, its keys aside: of its texts as JSON, and of its result. */
export const bytesOf = ({ status, generation, vector, record, artifact, data }) =>
  Buffer.byteLength(JSON.stringify({ status, generation, vector, record, artifact })) + data.byteLength;

const hashOf = (text) => hash('sha256', text, 'hex').slice(0, 16);

/** As Daymill compresses. */
const compressed = (text) => zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

const RUN = `run-${hashOf(String(process.pid))}`;

const fingerprints = new Map();
function fingerprintOf(computation) {
  const known = fingerprints.get(computation);
  if (known !== undefined) return known;
  const made = { code: hashOf(computation), epoch: 1, infrastructure: hashOf('infrastructure'), layer: hashOf('') };
  fingerprints.set(computation, made);
  return made;
}
