/** `collect` (HTTP): takes samples, heartbeats and events in. It has a listener of its own: see src/http/front.ts. */
import { http } from '@google-cloud/functions-framework';
import { collectListener } from '../src/http/collect-listener.ts';

// The framework starts only what is registered; our listener is asked in its place.
http('collect', () => {});

export const own = collectListener(process.env);
