/** The metadata server, as google-auth-library uses it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GoogleAuth } from 'google-auth-library';
import { startMetadataServer } from '../../src/emulators/metadata-server.ts';
import { startPushReceiver } from '../support/push-receiver.ts';

describe('the metadata server', () => {
  let server: Awaited<ReturnType<typeof startMetadataServer>>;
  beforeEach(async () => {
    server = await startMetadataServer({ projectId: 'demo-meta' });
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${server.port}`);
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', undefined);
    vi.stubEnv('GCLOUD_PROJECT', undefined);
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', undefined);
    vi.stubEnv('HOME', '/nonexistent');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  test('GoogleAuth finds the project, an access token and the universe', async () => {
    const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
    expect(await auth.getProjectId()).toBe('demo-meta');
    expect(await auth.getAccessToken()).toBe('local-demo-meta');
    expect(await auth.getUniverseDomain()).toBe('googleapis.com');
    expect((await auth.getCredentials()).client_email).toBe('local@demo-meta.iam.gserviceaccount.com');
  });

  test('GoogleAuth.fetch sends the access token', async () => {
    const receiver = await startPushReceiver();
    const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
    await auth.fetch(receiver.url, { method: 'POST', body: JSON.stringify({ message: {} }) });
    expect(receiver.pushes[0]?.headers.authorization).toBe('Bearer local-demo-meta');
    await receiver.close();
  });

  test('an id token names its audience and when it ends', async () => {
    const client = await new GoogleAuth().getIdTokenClient('https://service.example');
    const headers = await client.getRequestHeaders();
    const [, payload = ''] = (headers.get('authorization') ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    expect(claims['aud']).toBe('https://service.example');
    expect(claims['exp']).toBeGreaterThan(Date.now() / 1_000 + 3_000);
  });

  test('a request without the Metadata-Flavor header, a missing audience and an unknown path are refused', async () => {
    const root = `http://127.0.0.1:${server.port}/computeMetadata/v1`;
    const headers = { 'Metadata-Flavor': 'Google' };
    const bare = await fetch(`${root}/project/project-id`);
    const noAudience = await fetch(`${root}/instance/service-accounts/default/identity`, { headers });
    const unknown = await fetch(`${root}/instance/disks`, { headers });
    expect([bare.status, noAudience.status, unknown.status]).toEqual([403, 400, 404]);
    expect(await unknown.text()).toContain('/computeMetadata/v1/instance/disks');
  });

  test('a second server on the same port fails to start', async () => {
    await expect(startMetadataServer({ projectId: 'p', port: server.port })).rejects.toThrow('EADDRINUSE');
  });
});
