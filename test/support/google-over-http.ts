/** Google's administration APIs behind one port, with credentials for them: for commands in processes of their own, which really wait. */
import { metadataEnv, startMetadataServer } from '../../src/emulators/metadata-server.ts';
import { NO_DELAYS } from '../../src/emulators/admin/core/world.ts';
import { serveAdmin } from '../../src/emulators/admin/start.ts';
import { DEPLOYER, type GoogleAdmin, googleAdmin, listenedTo } from './google-admin.ts';

export interface GoogleOverHttp extends GoogleAdmin {
  /** For a command that is to find this Google, and credentials for it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function googleOverHttp(): Promise<GoogleOverHttp> {
  const metadata = await startMetadataServer({ projectId: 'acme' });
  const google = googleAdmin({ now: Date.now, delays: NO_DELAYS, tokens: { 'local-acme': DEPLOYER } });
  const server = await serveAdmin(listenedTo(google));
  return {
    ...google,
    env: { ...metadataEnv(metadata.port), DAYMILL_ADMIN_HOST: `http://127.0.0.1:${server.port}` },
    async close() {
      await metadata.close();
      await server.close();
    },
  };
}
