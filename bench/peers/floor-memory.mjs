/** The same cells without a store: made, and written as text, in memory. */
import { inputName, made } from './cells.mjs';
import { measure } from './measure.mjs';

await measure(async (_, ticks) => {
  const tickBy = new Map(ticks.map((tick) => [tick.date, tick]));
  let results = new Map();
  const resultOf = (computation, date) => {
    const { artifact, data } = results.get(date).get(computation);
    return { name: inputName(computation), hash: artifact.hash, data };
  };
  const inputsOf = ({ date, reads }) => {
    if (reads === 'tick') return [tickBy.get(date)];
    return (reads === 'all' ? [...results.get(date).keys()] : [reads]).map((one) => resultOf(one, date));
  };
  return {
    async run(layers) {
      results = new Map();
      for (const cell of layers.flat()) {
        const { data, ...rest } = made(cell, inputsOf(cell));
        const ofDay = results.get(cell.date) ?? new Map();
        results.set(cell.date, ofDay.set(cell.computation, { ...rest, data, text: JSON.stringify(rest) }));
      }
    },
    stored: async (dates) => dates.flatMap((date) => [...results.get(date).values()]),
  };
});
