/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed, and the day that `daymill run` takes when none is given: a week of the simulated users.
  from: '2019-03-25',
  date: '2019-03-29',
});
