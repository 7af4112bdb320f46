/** Processes that were started for a project and are still there, by what Linux tells of their environment. */
import { readdirSync, readFileSync } from 'node:fs';

export function processesOf(root: string): number[] {
  if (process.platform !== 'linux') return [];
  const ids = readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0 && id !== process.pid);
  return ids.filter((id) => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'utf8').includes(root);
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return false;
    }
  });
}
