/** The package's entry for Cloud Functions: one source, and `--entry-point` chooses which of these is served. */
import './dispatch.ts';
import './index-root-data.ts';
import './preflight.ts';
import './reconcile.ts';
import './work.ts';
