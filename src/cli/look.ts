/** For commands that look, or change a little: the project as its source is now, and the state as it is stored. */
import { compose, type Ports } from '../compose.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Config } from '../config.ts';
import { connectCloud } from './local/connect.ts';

/** Starts no function and makes no file. */
export const look = <T>(config: Config, manifest: Manifest, at: (ports: Ports) => Promise<T>): Promise<T> =>
  connected(config, manifest, at, 'look');

/** As `look`, and what it changes is kept, also in a project that never ran. */
export const change = <T>(config: Config, manifest: Manifest, at: (ports: Ports) => Promise<T>): Promise<T> =>
  connected(config, manifest, at, 'change');

async function connected<T>(
  config: Config,
  manifest: Manifest,
  at: (ports: Ports) => Promise<T>,
  intent: 'look' | 'change',
): Promise<T> {
  const cloud = await connectCloud(config, intent);
  try {
    Object.assign(process.env, cloud.env);
    const workflowsEmulatorHost = cloud.env['WORKFLOWS_EMULATOR_HOST'];
    const ports = compose({ ...config, workflowsEmulatorHost, logLevel: 'silent' }, manifest);
    try {
      return await at(ports);
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}
