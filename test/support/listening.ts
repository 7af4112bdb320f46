/** Where processes listen, by what Linux tells: `/proc/net/tcp`, https://docs.kernel.org/networking/proc_net_tcp.html */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** Addresses as the kernel writes them: `0100007F` is 127.0.0.1, zeros are every interface. */
export function listeningAddresses(processes: readonly number[]): string[] {
  if (process.platform !== 'linux') return [];
  const sockets = new Set(processes.flatMap(socketsOf));
  return ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(`/proc/net/${file}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === LISTEN && sockets.has(inode))
      .map(([, address = '']) => address.split(':')[0] ?? ''),
  );
}

function socketsOf(id: number): string[] {
  try {
    return readdirSync(`/proc/${id}/fd`).flatMap((fd) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${id}/fd/${fd}`)) ?? [];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
