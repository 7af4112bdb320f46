/** Google's administration APIs in memory, behind one port: each host is the first part of the path, as DAYMILL_ADMIN_HOST has it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Method } from '../../src/deploy/google/api.ts';
import { metadataEnv, startMetadataServer } from '../../src/emulators/metadata-server.ts';
import { type GoogleInMemory, googleInMemory } from './google-in-memory.ts';

export interface GoogleOverHttp extends GoogleInMemory {
  /** For a command that is to find this Google, and credentials for it. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests that came without a token. */
  readonly anonymous: string[];
  close(): Promise<void>;
}

export async function googleOverHttp(): Promise<GoogleOverHttp> {
  const google = googleInMemory({ hasty: true });
  const metadata = await startMetadataServer({ projectId: 'acme' });
  const anonymous: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', url = '/', headers } = request;
      const bytes = await buffer(request);
      if (headers.authorization?.startsWith('Bearer ') !== true) anonymous.push(`${method} ${url}`);
      const isJson = headers['content-type'] === 'application/json' && bytes.length > 0;
      const body = isJson ? { json: JSON.parse(bytes.toString('utf8')) as unknown } : { bytes };
      const answer = await google.request(method as Method, `https:/${url}`, body);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.data));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...google,
    anonymous,
    env: { ...metadataEnv(metadata.port), DAYMILL_ADMIN_HOST: `http://127.0.0.1:${port}` },
    async close() {
      await metadata.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
