/** `view` (HTTP): the page, and everything that it asks. It has a listener of its own: see src/http/front.ts. */
import { http } from '@google-cloud/functions-framework';
import { viewListener } from '../src/http/view-listener.ts';

// The framework starts only what is registered; our listener is asked in its place.
http('view', () => {});

export const own = viewListener(process.env);
