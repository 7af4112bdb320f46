/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed, and the day that `daymill run` takes when none is given: a week of the simulated users.
  from: '2019-03-25',
  date: '2019-03-29',
  // A hundred thousand users pass through small workers: the cheapest that Cloud Run has a whole processor for.
  tiers: [
    { name: 'standard', memoryMB: 512 },
    { name: 'high-mem', memoryMB: 2_048 },
  ],
});
