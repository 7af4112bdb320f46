/** The rows that a load set aside, all of them, as NDJSON in the project's own `.daymill/`: the file's folder may not be ours to write. */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RejectedRow } from '../mill/steps/load/load-file.ts';

export interface RejectsFile {
  readonly path: string;
  add(row: RejectedRow): void;
  close(): void;
}

/** Takes the place of what an earlier load of a file of this name left; there is none when no row is wrong. */
export function openRejectsFile(home: string, dataset: string, file: string): RejectsFile {
  const folder = join(home, 'rejected');
  const path = join(folder, `${dataset}.${basename(file)}.rejected.ndjson`);
  rmSync(path, { force: true });
  let descriptor: number | undefined;
  return {
    path,
    add(row) {
      if (descriptor === undefined) {
        mkdirSync(folder, { recursive: true });
        descriptor = openSync(path, 'w');
      }
      writeSync(descriptor, `${JSON.stringify(row)}\n`);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
