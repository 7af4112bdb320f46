/**
 * The same documents in the same Firestore by a plain script with Google's client: a layer after the other, in batched commits. Told to, it reads
 * nothing that it has read or written before in the run, as a worker of Daymill's does.
 */
import { Firestore } from '@google-cloud/firestore';
import { inputName, made } from './cells.mjs';
import { inBatches } from './in-batches.mjs';
import { measure } from './measure.mjs';

const REMEMBERS = process.env.FLOOR_REMEMBERS !== undefined;

await measure(async (url, ticks) => {
  process.env.FIRESTORE_EMULATOR_HOST = new URL(url).host;
  process.env.METADATA_SERVER_DETECTION = 'none';
  const db = new Firestore({ projectId: 'daymill-local' });
  const tickAt = (date) => db.doc(`datasets/tick/days/${date}`);
  const resultAt = (computation, date) => db.doc(`results/${computation}/days/${date}`);
  await inBatches(ticks, async (some) => {
    const batch = db.batch();
    for (const { date, hash, data } of some)
      batch.set(tickAt(date), { date, status: 'COMPLETED', artifact: { hash, parts: [{ data }] } });
    await batch.commit();
  });
  const namesOf = (cells) => [...new Set(cells.map(({ computation }) => computation))];
  /** Of the first layer, and of all. */
  let [first, computations] = [[], []];
  const remembered = new Map();

  /** Each document once, however many cells of the batch read it. */
  const inputsOf = async (cells) => {
    const refsOf = ({ date, reads }) =>
      reads === 'tick'
        ? [[tickAt(date), 'document:tick']]
        : (reads === 'all' ? first : [reads]).map((one) => [resultAt(one, date), inputName(one)]);
    const wanted = new Map(cells.flatMap(refsOf).map(([ref]) => [ref.path, ref]));
    const known = REMEMBERS ? remembered : new Map();
    const unknown = [...wanted].filter(([path]) => !known.has(path)).map(([, ref]) => ref);
    if (unknown.length > 0)
      for (const snapshot of await db.getAll(...unknown)) known.set(snapshot.ref.path, snapshot.get('artifact'));
    return cells.map((cell) =>
      refsOf(cell).map(([{ path }, name]) => {
        const { hash, parts } = known.get(path);
        return { name, hash, data: parts[0].data };
      }),
    );
  };
  return {
    async run(layers) {
      first = namesOf(layers[0]);
      computations = namesOf(layers.flat());
      for (const cells of layers)
        await inBatches(cells, async (some) => {
          const inputs = await inputsOf(some);
          const batch = db.batch();
          const written = some.map((cell, at) => {
            const { data, artifact, ...rest } = made(cell, inputs[at]);
            const [part] = artifact.parts;
            const whole = Object.assign(artifact, { parts: [Object.assign(part, { data })] });
            const ref = resultAt(cell.computation, cell.date);
            batch.set(ref, { ...rest, artifact: whole });
            return [ref.path, whole];
          });
          await batch.commit();
          if (REMEMBERS) for (const [path, artifact] of written) remembered.set(path, artifact);
        });
    },
    async stored(dates) {
      const refs = computations.flatMap((one) => dates.map((date) => resultAt(one, date)));
      const found = (await db.getAll(...refs)).filter(({ exists }) => exists);
      return found.map((snapshot) => {
        const cell = snapshot.data();
        const [{ data, ...part }] = cell.artifact.parts;
        return Object.assign(cell, { artifact: Object.assign(cell.artifact, { parts: [part] }), data });
      });
    },
  };
});
