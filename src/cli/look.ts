/** For commands that look, or change a little: the project as its source is now, and the state as it is stored. */
import type { Manifest } from '../mill/model/manifest.ts';
import type { Config } from '../config/config.ts';
import { connectCloud } from './local/connect.ts';
import { type CommandPorts, withPorts } from './with-ports.ts';

/** Starts no function and writes nothing. */
export const look = async <T>(
  config: Config,
  manifest: Manifest,
  at: (ports: CommandPorts) => Promise<T>,
): Promise<T> => withPorts(await connectCloud(config, manifest), config, manifest, at);

/** As `look`, and what it changes is kept, also in a project that never ran. */
export const change = async <T>(
  config: Config,
  manifest: Manifest,
  at: (ports: CommandPorts) => Promise<T>,
): Promise<T> => withPorts(await connectCloud(config, manifest, 'write'), config, manifest, at);
