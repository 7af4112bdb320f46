/** Runs both versions of a trial, and says whether equal fingerprints would have kept a wrong result. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Answer } from './author-process.ts';
import { Author } from './authors.ts';
import type { Files } from './form.ts';
import type { Trial, Version } from './trial.ts';
import { linkPackages } from '../support/link-packages.ts';

/** What stands for a version's code: `fingerprint` is undefined when the manifest is to tell. */
export interface CodeHash {
  readonly name: string;
  readonly of?: (version: Version) => string;
}

export const MANIFEST: CodeHash = { name: 'manifest' };

export type Verdict =
  /** Another result, the same fingerprint, and no word: what must never be. */
  | 'wrong'
  /** Another result, another fingerprint. */
  | 'seen'
  /** The same result, the same fingerprint. */
  | 'spared'
  /** The same result, another fingerprint: a run for nothing. */
  | 'needless'
  /** One of the versions is untrusted by name. */
  | 'untrusted'
  /** One of the versions does not load, or there is no manifest of it: nothing is skipped. */
  | 'refused';

export interface Judged {
  readonly verdict: Verdict;
  readonly sameOutput: boolean;
  readonly before: Answer;
  readonly after: Answer;
}

/** Two author processes: one for what was before edits, one for what is after. */
export class Judge {
  readonly #before = new Author();
  readonly #after = new Author();
  readonly #hash: CodeHash;

  constructor(hash: CodeHash) {
    this.#hash = hash;
  }

  async judge(trial: Pick<Trial, 'before' | 'after'>): Promise<Judged> {
    const [before, after] = await Promise.all([
      this.#answer(this.#before, trial.before),
      this.#answer(this.#after, trial.after),
    ]);
    const sameOutput = before.output === after.output;
    return { verdict: verdictOf(before, after, sameOutput), sameOutput, before, after };
  }

  /** What one version gives. */
  answer(version: Version): Promise<Answer> {
    return this.#answer(this.#after, version);
  }

  async #answer(author: Author, version: Version): Promise<Answer> {
    const root = written(version.files);
    try {
      const { module, computation } = version;
      const of = this.#hash.of;
      const answer = await author.run({ root, module, computation, manifest: of === undefined });
      return of === undefined ? answer : { ...answer, fingerprint: of(version) };
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#before.end(), this.#after.end()]);
  }
}

function verdictOf(before: Answer, after: Answer, sameOutput: boolean): Verdict {
  if (!before.loads || !after.loads || before.refused !== undefined || after.refused !== undefined) return 'refused';
  if (before.untrusted !== undefined || after.untrusted !== undefined) return 'untrusted';
  const sameFingerprint = before.fingerprint === after.fingerprint;
  if (sameOutput) return sameFingerprint ? 'spared' : 'needless';
  return sameFingerprint ? 'wrong' : 'seen';
}

/** In a fresh folder, so that no module of it is in Node's cache; `daymill` and `zod` are this repository's, as after `npm link`. */
function written(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'daymill-graph-'));
  linkPackages(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}
