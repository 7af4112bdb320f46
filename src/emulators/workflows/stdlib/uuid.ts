/** https://cloud.google.com/workflows/docs/reference/stdlib/uuid/generate */
import { pure } from './define.ts';

export const uuid = { generate: pure({}, (_args, host) => host.uuid()) };
