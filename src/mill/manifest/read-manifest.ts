/** The manifest's file: read at cold start, written at build time. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { toError, UserError } from '../../errors.ts';
import { Manifest } from '../model/manifest.ts';

const REMEDY = 'Run `npx daymill manifest` to make it again.';

/** @throws {UserError} NO_MANIFEST when the file is missing, cut off, or of another version of Daymill. */
export function readManifest(file: string): Manifest {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const error = toError(thrown);
    const missing = 'code' in error && error.code === 'ENOENT';
    const found = missing
      ? `There is no manifest at ${file}.`
      : `The manifest ${file} cannot be read: ${error.message}.`;
    throw new UserError('NO_MANIFEST', `${found} ${REMEDY}`, { cause: thrown });
  }
  const parsed = Manifest.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'NO_MANIFEST',
    `${file} is no manifest of this version: ${z.prettifyError(parsed.error)}\n${REMEDY}`,
  );
}

/** Whole or not at all: a reader sees the old file or the new one. Makes the folder when it is not there. Answers whether it was another before. */
export function writeManifest(file: string, manifest: Manifest): boolean {
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return false;
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.unfinished`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
  return true;
}
