/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed, and the day that `daymill run` takes when none is given.
  from: '2001-01-01',
  date: '2001-01-31',
});
