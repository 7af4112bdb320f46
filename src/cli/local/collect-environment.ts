/** What the collecting function is told on a laptop. */
import type { Config, Env } from '../../config/config.ts';
import { localSecret } from './local-secret.ts';

/** Nobody calls reconcile here. */
const MAINTAIN_SECONDS = '15';

/** What the environment says itself goes before it. */
export const collectEnvironment = (config: Config, env: Env): Env => ({
  DAYMILL_MAINTAIN_SECONDS: env['DAYMILL_MAINTAIN_SECONDS'] ?? MAINTAIN_SECONDS,
  DAYMILL_JWT_SECRET: localSecret(config),
});
