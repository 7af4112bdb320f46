/** The same documents in the same Firestore by a plain script with Google's client: a layer after the other, in batched commits. */
import { Firestore } from '@google-cloud/firestore';
import { inputName, made } from './cells.mjs';
import { inBatches } from './in-batches.mjs';
import { measure } from './measure.mjs';

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

  /** Each document once, however many cells of the batch read it. */
  const inputsOf = async (cells) => {
    const wanted = new Map();
    const want = (ref, name) => void wanted.set(ref.path, { ref, name });
    const refsOf = ({ date, reads }) =>
      reads === 'tick'
        ? [[tickAt(date), 'document:tick']]
        : (reads === 'all' ? first : [reads]).map((one) => [resultAt(one, date), inputName(one)]);
    for (const cell of cells) for (const [ref, name] of refsOf(cell)) want(ref, name);
    const found = new Map();
    for (const snapshot of await db.getAll(...[...wanted.values()].map(({ ref }) => ref))) {
      const { hash, parts } = snapshot.get('artifact');
      const { path } = snapshot.ref;
      found.set(path, { name: wanted.get(path).name, hash, data: parts[0].data });
    }
    return cells.map((cell) => refsOf(cell).map(([ref]) => found.get(ref.path)));
  };
  return {
    async run(layers) {
      first = namesOf(layers[0]);
      computations = namesOf(layers.flat());
      for (const cells of layers)
        await inBatches(cells, async (some) => {
          const inputs = await inputsOf(some);
          const batch = db.batch();
          for (const [at, cell] of some.entries()) {
            const { data, artifact, ...rest } = made(cell, inputs[at]);
            const parts = artifact.parts.map((part) => ({ ...part, data }));
            batch.set(resultAt(cell.computation, cell.date), { ...rest, artifact: { ...artifact, parts } });
          }
          await batch.commit();
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
