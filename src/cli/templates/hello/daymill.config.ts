/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed, and the day that `daymill run` takes when none is given. Without it: yesterday.
  from: '2026-05-01',
  date: '2026-05-14',
});
