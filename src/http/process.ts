/** What a function's process composes once, when its first request comes. */
import { compose, type Ports } from '../compose.ts';
import { readConfig } from '../config.ts';

let composed: Ports | undefined;

export const ports = (): Ports => (composed ??= compose(readConfig(process.env, process.cwd(), process.pid)));
