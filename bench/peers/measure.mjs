/** What each peer's script is: argument `{"cells", "layers", "rounds", "url"}`, answer one line `{"fan": [seconds], "layers": [seconds]}`. */

/** @typedef {{ runs: (sizes: number[]) => Promise<void>, close: () => Promise<void> }} Peer */

/** Concurrency of every peer. */
export const CONCURRENCY = 16;

/**
 * `run(sizes)` runs layers of so many no-op jobs, each layer after the one before, and settles when the last job has run. A fan is
 * a layer of all its jobs and a layer of one.
 * @param {(url: string) => Promise<{ run: (sizes: number[]) => Promise<void>, close: () => Promise<void> }>} open
 */
export async function measure(open) {
  const { cells, layers, rounds, url } = JSON.parse(process.argv[2]);
  const peer = await open(url);
  const shapes = { fan: [cells, 1], layers: Array.from({ length: layers }, () => cells / layers) };
  const seconds = { fan: [], layers: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [shape, sizes] of Object.entries(shapes)) {
      const started = performance.now();
      await peer.run(round === 0 ? sizes.map((size) => Math.ceil(size / 10)) : sizes);
      if (round > 0) seconds[shape].push((performance.now() - started) / 1_000);
    }
  }
  process.stdout.write(`${JSON.stringify(seconds)}\n`);
  await peer.close();
  process.exit(0);
}
