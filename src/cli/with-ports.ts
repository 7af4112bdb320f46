/** The ports of a command, on the cloud that it is connected to, closed when it is done. */
import { compose, type Ports } from '../compose.ts';
import type { Config } from '../config/config.ts';
import type { Manifest } from '../mill/model/manifest.ts';
import type { Connection } from './local/connect.ts';
import { localLanes } from './local/lanes.ts';
import { fileReaders } from './project.ts';

export type CommandPorts = Ports & ReturnType<typeof fileReaders>;

export async function withPorts<T>(
  cloud: Connection,
  config: Config,
  manifest: Manifest,
  at: (ports: CommandPorts) => Promise<T>,
): Promise<T> {
  try {
    Object.assign(process.env, cloud.env);
    // The configuration was read before it was known which cloud this would be.
    const workflowsEmulatorHost = cloud.env['WORKFLOWS_EMULATOR_HOST'] ?? config.workflowsEmulatorHost;
    const lanes = config.target === undefined ? localLanes(config, process.env) : config.lanes;
    const ports = compose({ ...config, lanes, workflowsEmulatorHost, logLevel: 'silent' }, manifest);
    try {
      return await at({ ...ports, ...fileReaders(config) });
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}
