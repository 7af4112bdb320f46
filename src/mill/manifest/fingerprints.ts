/** The date-free half of a cell's vector: hashes of the code, of the layer below it, and of what it runs on. */
import type { CodePiece } from '../model/code-piece.ts';
import { EXECUTOR_VERSION } from '../model/executor-version.ts';
import { hashOfParts, type Hash } from '../../values/hash.ts';
import type { Fingerprint } from '../model/vector.ts';
import { Evaluation } from './evaluation.ts';
import type { ModuleGraph } from './module-graph.ts';
import { SyntaxNormalizer, type DefinitionLabels, type Uncounted } from './normalize-syntax.ts';
import type { PackageIntegrity } from './package-integrity.ts';
import { type FingerprintSubject, Reach, type ReachTools } from './reach.ts';

export interface FingerprintOptions {
  readonly epoch: number;
  readonly integrity: PackageIntegrity;
  /** See `SyntaxNormalizer`. */
  readonly uncounted?: Uncounted;
}

/** The fingerprint, the pieces of code that its code and layer hashes are of, and why these may not be all. */
export interface Fingerprinted {
  readonly fingerprint: Fingerprint;
  readonly pieces: readonly CodePiece[];
  readonly untrusted: string | undefined;
}

export class Fingerprints {
  readonly #tools: ReachTools;
  readonly #options: FingerprintOptions;

  constructor(graph: ModuleGraph, labels: DefinitionLabels, options: FingerprintOptions) {
    const evaluation = new Evaluation(graph);
    const normalizer = new SyntaxNormalizer(graph, labels, evaluation.isInert, options.uncounted);
    this.#tools = { graph, labels, normalizer, evaluation };
    this.#options = options;
  }

  of(subject: FingerprintSubject): Fingerprinted {
    const { epoch, integrity } = this.#options;
    const reach = new Reach(this.#tools, subject);
    const packages = new Set([...reach.packages.values()].flatMap((each) => integrity.of(each.package, each.folder)));
    const fingerprint = {
      code: hashOfParts(reach.code),
      layer: hashOfParts(reach.layer),
      infrastructure: infrastructureHash(process.versions.node, [...packages].sort()),
      epoch,
    };
    const doubts = [...reach.packages.values()].flatMap((each) => integrity.doubtOf(each.package, each.folder) ?? []);
    return { fingerprint, pieces: reach.pieces, untrusted: reach.untrusted ?? doubts[0] };
  }
}

/** Of Node's version (its major counts), the executor's, and what is there of each package reached, sorted. */
export function infrastructureHash(
  nodeVersion: string,
  packages: readonly string[],
  executor = EXECUTOR_VERSION,
): Hash {
  const [major] = nodeVersion.split('.');
  return hashOfParts([`node ${major}`, `executor ${executor}`, ...packages]);
}
