/** Where the computations are, and which days they are run for. */
import { defineConfig } from 'daymill';

export default defineConfig({
  computations: 'src/computations',
  // The first day that is computed: the one on which you began to collect. `daymill run` takes it up to yesterday.
  from: '2026-03-02',
});
