/** A project in a temporary folder, written by a test as file name to text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import type { Manifest, ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { linkPackages } from '../../support/link-packages.ts';

/** What nearly every computation's module starts with. */
export const HEAD = `
  import { z } from 'zod';
  import { dataset, defineComputation, defineDataset, defineDocument, dependency, document, history, previous } from 'daymill';
`;

/**
 * A fresh folder, so that no module of an earlier project is in Node's cache; gone when the test is. `daymill` and `zod`
 * are this repository's own, through links, as after `npm link`.
 */
export function projectFolder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'daymill-project-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  linkPackages(root);
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

export const manifestOf = (files: Readonly<Record<string, string>>): Promise<Manifest> =>
  buildManifest({ root: projectFolder(files), directory: 'computations' });

export function computation(manifest: Manifest, name: string): ManifestComputation {
  const found = manifest.computations.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`${name} is not among ${manifest.computations.map((each) => each.name).join()}`);
  return found;
}
