/** What files said of themselves, kept while they are as they were: a large one is not read again to find that it is the same. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Asked {
  /** Of a file; absolute. */
  readonly path: string;
  readonly what: string;
  /** Which code asks: another one's answer is not taken. */
  readonly by: string;
}

/** Answers what `read` does, and does not call it when it is known: an answer has to survive JSON. What failed is asked again. */
export type FileMemory = <T>(asked: Asked, read: () => Promise<T>) => Promise<T>;

export interface FileMemoryOptions {
  /** Where answers outlive this process. */
  readonly file?: string;
  /** Which code of ours asks. */
  readonly maker?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Whoever changes a file twice within so long may leave it with the times of the first change: file systems count in steps, of two seconds at the most
 * (https://learn.microsoft.com/windows/win32/sysinfo/file-times). What changed so lately is read again.
 */
export const SETTLED_MS = 2_000;

interface Said {
  readonly by: string;
  readonly answer?: unknown;
}

/** By path: the file's stamp, and what it said, by what was asked. */
type Known = Record<string, { readonly stamp: string; readonly said: Record<string, Said> }>;

export function fileMemory({ file, maker = '', now = Date.now }: FileMemoryOptions = {}): FileMemory {
  const known: Known = file === undefined ? {} : load(file, maker);
  const asking = new Map<string, Promise<unknown>>();

  const ask = async <T>({ path, what, by }: Asked, stamp: string, read: () => Promise<T>): Promise<T> => {
    const before = known[path];
    const found = before?.stamp === stamp ? before?.said[what] : undefined;
    if (found?.by === by) return found.answer as T;
    const answer = await read();
    // It may have been written while it was read.
    if ((await stampOf(path, now())) !== stamp) return answer;
    const current = known[path];
    known[path] = {
      stamp,
      said: {
        ...(current?.stamp === stamp ? current.said : {}),
        [what]: { by, ...(answer === undefined ? {} : { answer }) },
      },
    };
    if (file !== undefined) save(file, maker, known);
    return answer;
  };

  return async <T>(asked: Asked, read: () => Promise<T>): Promise<T> => {
    const stamp = await stampOf(asked.path, now());
    if (stamp === undefined) return read();
    const key = JSON.stringify([asked, stamp]);
    // Who asks for the same while it is read waits for that.
    const under = asking.get(key) ?? ask(asked, stamp, read).finally(() => asking.delete(key));
    asking.set(key, under);
    return under as Promise<T>;
  };
}

/** Another one whenever the file is another, as far as its file system tells; undefined when that cannot tell, or there is no file. */
async function stampOf(path: string, nowMs: number): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  const { size, mtimeNs, ctimeNs, ino, dev, mtimeMs, ctimeMs } = found;
  // The time of the last change of state cannot be set back by who restores a file with its times.
  const changedMs = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs);
  return nowMs - changedMs < SETTLED_MS ? undefined : [size, mtimeNs, ctimeNs, ino, dev].join(' ');
}

function load(file: string, maker: string): Known {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { readonly maker: string; readonly known: Known };
    return stored.maker === maker ? stored.known : {};
  } catch {
    return {}; // None yet, or cut off: files are read again.
  }
}

/** Who only looks at a project that never ran makes no folder there. */
function save(file: string, maker: string, known: Known): void {
  if (!existsSync(dirname(file))) return;
  const unfinished = `${file}.${process.pid}.unfinished`;
  writeFileSync(unfinished, JSON.stringify({ maker, known }));
  renameSync(unfinished, file);
}
