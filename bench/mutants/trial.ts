/** Tries edited versions of one computation: what the judge sees of each, and what the real verdict is. */
import { join } from 'node:path';
import { toError } from '../../src/errors.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { loadComputation } from '../../src/mill/manifest/load-definitions.ts';
import type { Manifest, ManifestComputation } from '../../src/mill/model/manifest.ts';
import { behaviourOf } from '../../src/mill/model/vector.ts';
import { openJudge } from './judge.ts';
import type { JudgedChain, Spelled } from './judge-inputs.ts';
import { edited, type Texts, writeProject } from './project-text.ts';
import type { Variant } from './variant.ts';
import { openVerdicts, type VerdictOnEdit, type Verdicts, type VersionToJudge } from './verdicts.ts';

export interface Subject {
  readonly computation: string;
  /** The project as it is. */
  readonly texts: Texts;
  readonly spelled: Spelled;
}

/** What the judge saw of one edit. */
export interface Seen {
  /** `refused`: the project cannot be loaded any more, so that nothing of it is planned. */
  readonly judged: 'changed' | 'alike' | 'refused';
  /** How a day differs, or why it was refused. */
  readonly seen: string;
}

export interface Trial extends Seen {
  /** `UNCHANGED`: the code hash did not see it. Undefined for what was refused. */
  readonly verdict: VerdictOnEdit['verdict'] | 'UNCHANGED' | undefined;
  readonly reason: string;
}

export interface Trials {
  /** The verdict is put off: many share a sandbox. @see verdictsOn */
  look(variant: Variant, at: number, known?: Seen): Promise<Looked>;
  /**
   * Whatever is not run again by its verdict is looked at on all days that the judge has.
   * `onRun` hears which version is about to run outside of a sandbox, and -1 when none does: one may loop there, or fill the memory.
   */
  verdictsOn(looked: readonly Looked[], onRun?: (at: number) => void): Promise<Trial[]>;
}

interface Looked extends Seen {
  readonly folder: string;
  readonly manifest: Manifest | undefined;
}

/** Seen of what had to be ended. */
export const ENDLESS = 'it does not end';

/** `root` is an empty folder. */
export async function openTrials(
  root: string,
  { computation, texts, spelled }: Subject,
  more: readonly JudgedChain[] = [],
): Promise<Trials> {
  const built = async (folder: string, of: Texts): Promise<readonly [Manifest, ManifestComputation]> => {
    writeProject(join(root, folder), of);
    const manifest = await buildManifest({ root: join(root, folder), directory: 'computations' });
    const entry = manifest.computations.find(({ name }) => name === computation);
    if (entry === undefined) throw new Error(`${computation} is gone`);
    return [manifest, entry];
  };
  const [manifest, entry] = await built('original', texts);
  const original = await loadComputation(join(root, 'original'), entry);
  const judge = openJudge(original, spelled, more);
  let verdicts: Verdicts | undefined;
  const differenceOf = async (folder: string, entry: ManifestComputation, depth: 'look' | 'all'): Promise<Seen> => {
    const found = await judge.difference(await loadComputation(join(root, folder), entry), depth);
    if (found === undefined) return { judged: 'alike', seen: '' };
    return { judged: 'changed', seen: `${found.date}: ${shortened(found.before)} became ${shortened(found.after)}` };
  };
  return {
    async look(variant, at, known) {
      const folder = `v${at}`;
      try {
        const [manifest, entry] = await built(folder, edited(texts, variant));
        return { folder, manifest, ...(known ?? (await differenceOf(folder, entry, 'look'))) };
      } catch (thrown) {
        return { folder, manifest: undefined, judged: 'refused', seen: toError(thrown).message };
      }
    },
    async verdictsOn(looked, onRun = () => {}) {
      verdicts ??= openVerdicts(root, computation, { folder: 'original', manifest, loaded: original });
      const entryOf = (version: Manifest | undefined) => version?.computations.find(({ name }) => name === computation);
      const changed = looked.filter(({ manifest }) => {
        const now = entryOf(manifest);
        return now !== undefined && behaviourOf(now.fingerprint) !== behaviourOf(entry.fingerprint);
      });
      const versions = await Promise.all(
        changed.map(async ({ folder, manifest, seen }): Promise<VersionToJudge> => {
          const version = { folder, manifest: manifest as Manifest };
          if (seen === ENDLESS) return version;
          return { ...version, loaded: await loadComputation(join(root, folder), entryOf(manifest) ?? entry) };
        }),
      );
      const said = await verdicts.on(versions, (at) => onRun(at === -1 ? -1 : looked.indexOf(changed[at] as Looked)));
      const trials: Trial[] = [];
      for (const [at, each] of looked.entries()) {
        onRun(at);
        const { folder, manifest, judged, seen } = each;
        const version = entryOf(manifest);
        const { verdict, reason } = said[changed.indexOf(each)] ?? {
          verdict: version && ('UNCHANGED' as const),
          reason: '',
        };
        const isSpared = verdict === 'SAME' || verdict === 'UNCHANGED';
        const last =
          judged === 'alike' && isSpared && version !== undefined
            ? await differenceOf(folder, version, 'all')
            : { judged, seen };
        trials.push({ ...last, verdict, reason });
      }
      return trials;
    },
  };
}

const shortened = (text: string): string => (text.length <= 160 ? text : `${text.slice(0, 160)}…`);
