/**
 * What each script of this folder is: see asked-process.ts. Its argument is `{"url", "shape", "computations", "layers", "days"}`; it makes the cells of
 * `{"first", "days"}`, and says what is stored of those of `{"first", "days", "check": true}`.
 */
import { answering } from '../asked-process.ts';
import { bytesOf, datesOf, layersOf, tickOf } from './cells.mjs';

/**
 * @typedef {object} Engine
 * @property {(layers: import('./cells.mjs').Cell[][]) => Promise<void>} run makes each layer after the one before, and settles when all is stored
 * @property {(dates: string[]) => Promise<object[]>} stored the cells of these days, as `made` makes them
 */

/** @param {(url: string, ticks: ReturnType<typeof tickOf>[]) => Promise<Engine>} open with the root data stored */
export const measure = (open) =>
  answering(async ({ url, days, ...size }) => {
    const engine = await open(url, datesOf(0, days).map(tickOf));
    return { answer: (what) => answer(engine, size, what), close: async () => {} };
  });

async function answer(engine, size, { first, days, check }) {
  const dates = datesOf(first, days);
  const layers = layersOf(size, dates);
  if (check !== true) {
    await engine.run(layers);
    return { cells: layers.flat().length };
  }
  const missing = new Set(layers.flat().map(nameOf));
  const stored = await engine.stored(dates);
  for (const cell of stored) missing.delete(nameOf(cell));
  if (missing.size > 0) throw new Error(`${missing.size} cells are not stored, ${[...missing][0]} for one`);
  return { bytes: stored.reduce((sum, cell) => sum + bytesOf(cell), 0) / stored.length };
}

const nameOf = ({ computation, date }) => `${computation}@${date}`;
