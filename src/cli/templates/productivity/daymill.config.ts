/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed: the one on which you begin to send. `daymill run` takes yesterday when no date is given.
  from: '2026-01-01',
});
