/** The date-free half of a cell's vector: hashes of the code, of the layer below it, and of what it runs on. */
import { readFileSync } from 'node:fs';
import type { CodePiece } from '../model/code-piece.ts';
import { EXECUTOR_VERSION } from '../model/executor-version.ts';
import { hashOf, hashOfParts, type Hash } from '../model/hash.ts';
import type { Fingerprint } from '../model/vector.ts';
import { featuresIn } from './features.ts';
import { literalsIn } from './literals.ts';
import type { Meaning, ModuleGraph } from './module-graph.ts';
import {
  definitionKey,
  SyntaxNormalizer,
  type DefinitionLabels,
  type Reference,
  type Uncounted,
} from './normalize-syntax.ts';
import { PackageVersions } from './package-versions.ts';
import type { Declaration, SourceModule } from './source-module.ts';
import type { SyntaxNode } from './syntax-node.ts';

export interface FingerprintSubject {
  readonly module: SourceModule;
  /** Its top-level name in the module; undefined when the parser cannot see it, and then all of the module counts. */
  readonly localName: string | undefined;
  /** Labels of the computations that it needs directly: their result hashes are in the vector, so their code is not followed. */
  readonly needs: ReadonlySet<string>;
}

export class Fingerprints {
  readonly #graph: ModuleGraph;
  readonly #labels: DefinitionLabels;
  readonly #normalizer: SyntaxNormalizer;
  readonly #versions: PackageVersions;
  readonly #epoch: number;

  constructor(graph: ModuleGraph, labels: DefinitionLabels, epoch: number, uncounted?: Uncounted) {
    this.#graph = graph;
    this.#labels = labels;
    this.#normalizer = new SyntaxNormalizer(graph, labels, uncounted);
    this.#versions = new PackageVersions(graph.root);
    this.#epoch = epoch;
  }

  of(subject: FingerprintSubject): Fingerprint {
    return this.reachOf(subject).fingerprint;
  }

  /** The fingerprint, and the pieces of code that its code and layer hashes are of. */
  reachOf(subject: FingerprintSubject): { readonly fingerprint: Fingerprint; readonly pieces: readonly CodePiece[] } {
    const reach = new Reach(this.#graph, this.#labels, this.#normalizer, subject);
    const packages = new Set([...reach.packages].flatMap((name) => this.#versions.of(name)));
    const fingerprint = {
      code: hashOfParts([...reach.code].sort()),
      layer: hashOfParts([...reach.layer].sort()),
      infrastructure: infrastructureHash(process.versions.node, [...packages].sort()),
      epoch: this.#epoch,
    };
    return { fingerprint, pieces: reach.pieces };
  }
}

/** Of Node's version (its major counts), the executor's, and `name@version` of each package reached, sorted. */
export function infrastructureHash(
  nodeVersion: string,
  packages: readonly string[],
  executor = EXECUTOR_VERSION,
): Hash {
  const [major] = nodeVersion.split('.');
  return hashOfParts([`node ${major}`, `executor ${executor}`, ...packages]);
}

/** Everything that a subject's declaration reaches: pieces of text, its own module's apart from the others'. */
class Reach {
  readonly code = new Set<string>();
  readonly layer = new Set<string>();
  readonly packages = new Set<string>();
  readonly pieces: CodePiece[] = [];
  readonly #graph: ModuleGraph;
  readonly #labels: DefinitionLabels;
  readonly #normalizer: SyntaxNormalizer;
  readonly #subject: FingerprintSubject;
  readonly #seen = new Set<Declaration | SourceModule>();
  readonly #wholeModules = new Set<SourceModule>();

  constructor(graph: ModuleGraph, labels: DefinitionLabels, normalizer: SyntaxNormalizer, subject: FingerprintSubject) {
    this.#graph = graph;
    this.#labels = labels;
    this.#normalizer = normalizer;
    this.#subject = subject;
    const { module, localName } = subject;
    const start = localName === undefined ? undefined : graph.meaningOf(localName, module);
    this.#follow(start ?? { kind: 'namespace', module });
  }

  #declaration(module: SourceModule, declaration: Declaration): void {
    if (this.#seen.has(declaration)) return;
    this.#seen.add(declaration);
    this.#load(module);
    const known = this.#labels.get(definitionKey(module.path, declaration.id));
    this.#piece(module, 'declaration', known ?? declaration.id, declaration.node);
  }

  /** What the module does on its own once anything of it is reached. */
  #load(module: SourceModule): void {
    if (this.#seen.has(module)) return;
    this.#seen.add(module);
    for (const [index, effect] of module.effects.entries()) this.#piece(module, 'effect', `effect ${index}`, effect);
    for (const specifier of module.bareImports) {
      const resolved = this.#graph.resolve(specifier, module);
      if (resolved.kind === 'local') this.#load(this.#graph.moduleAt(resolved.path));
      if (resolved.kind === 'package') this.packages.add(resolved.package);
    }
  }

  #piece(module: SourceModule, kind: CodePiece['kind'], id: string, node: SyntaxNode): void {
    const { text, links, references, omitted } = this.#normalizer.normalize(node, module);
    const isOwn = module === this.#subject.module;
    const place = `${isOwn ? '' : this.#graph.relative(module.path)}#${id}`;
    (isOwn ? this.code : this.layer).add(`${place}=${text}`);
    for (const link of links) this.layer.add(`${place}: ${link}`);
    this.pieces.push({
      name: id,
      module: this.#graph.relative(module.path),
      kind,
      line: module.lineAt(node.start),
      start: node.start,
      end: node.end,
      omitted: omitted.map(([start, end]) => [start, end]),
      hash: hashOfParts([text, ...links]),
      ...literalsIn(text),
      ...featuresIn(text, links, this.#graph.relative(module.path)),
    });
    for (const reference of references) if (!this.#isInput(reference)) this.#follow(reference.meaning);
  }

  #data(path: string, content: Uint8Array): void {
    const hash = hashOf(content);
    if (this.pieces.some(({ module, kind }) => kind === 'data' && module === path)) return;
    this.layer.add(`${path}=${hash}`);
    const nothing = { omitted: [], numbers: [], strings: [], features: [], references: [] };
    this.pieces.push({ name: '*', module: path, kind: 'data', line: 1, start: 0, end: 0, hash, ...nothing });
  }

  #isInput({ meaning, handedOn }: Reference): boolean {
    if (!handedOn || meaning.kind !== 'declaration') return false;
    const label = this.#labels.get(definitionKey(meaning.module.path, meaning.name));
    return label !== undefined && this.#subject.needs.has(label);
  }

  #follow(meaning: Meaning): void {
    switch (meaning.kind) {
      case 'declaration':
        for (const module of meaning.through) this.#load(module);
        return this.#declaration(meaning.module, meaning.declaration);
      case 'namespace':
        if (this.#wholeModules.has(meaning.module)) return;
        this.#wholeModules.add(meaning.module);
        this.#load(meaning.module);
        for (const name of this.#graph.exportNames(meaning.module)) {
          const exported = this.#graph.exportOf(meaning.module, name);
          if (exported !== undefined) this.#follow(exported);
        }
        return;
      case 'data':
        return this.#data(this.#graph.relative(meaning.path), readFileSync(meaning.path));
      case 'package':
        if (meaning.package !== undefined) this.packages.add(meaning.package);
        return;
      case 'authoring':
      case 'builtin':
    }
  }
}
