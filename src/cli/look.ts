/** For commands that only look: the project as its source is now, and the state as it is stored. */
import { compose, type Ports } from '../compose.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Config } from '../config.ts';
import { connectCloud } from './local/connect.ts';

/** Starts no function and writes nothing. */
export async function look<T>(config: Config, manifest: Manifest, at: (ports: Ports) => Promise<T>): Promise<T> {
  const cloud = await connectCloud(config);
  try {
    Object.assign(process.env, cloud.env);
    const ports = compose({ ...config, logLevel: 'silent' }, manifest);
    try {
      return await at(ports);
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}
