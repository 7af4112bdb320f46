/**
 * All code that can have a say in what a definition does: whatever is not proven to be without effect when its module is loaded,
 * for every module that is loaded with it, and whatever it or that refers to.
 */
import type { CodePiece } from '../model/code-piece.ts';
import { hashOf, hashOfParts } from '../../values/hash.ts';
import { EFFECT, type Evaluation, TIMED } from './evaluation.ts';
import { branchesIn } from './branches.ts';
import { featuresIn } from './features.ts';
import { literalsIn } from './literals.ts';
import type { Meaning, ModuleGraph } from './module-graph.ts';
import {
  definitionKey,
  type DefinitionLabels,
  type NormalSyntax,
  type Reference,
  type SyntaxNormalizer,
} from './normalize-syntax.ts';
import { declaresNoEffects } from './package-integrity.ts';
import type { SourceModule, Unit } from './source-module.ts';

export interface FingerprintSubject {
  readonly module: SourceModule;
  /** Its top-level name in the module; undefined when the parser cannot see it, and then all of the module counts. */
  readonly localName: string | undefined;
  /** Labels of the computations that it needs directly: their result hashes are in the vector, so their code is not followed. */
  readonly needs: ReadonlySet<string>;
}

export interface ReachTools {
  readonly graph: ModuleGraph;
  readonly labels: DefinitionLabels;
  readonly normalizer: SyntaxNormalizer;
  readonly evaluation: Evaluation;
}

/** A package as some module names it. */
export interface ReachedPackage {
  readonly package: string;
  readonly folder: string | undefined;
}

/** A unit with the number that stands for its name: who renames or moves it changes nothing. */
interface Taken {
  readonly unit: Unit;
  readonly module: SourceModule;
  readonly number: string;
  text?: string;
  /** What it refers to, itself. */
  readonly reached: Set<Taken>;
}

export class Reach {
  readonly packages = new Map<string, ReachedPackage>();
  readonly pieces: CodePiece[] = [];
  readonly #tools: ReachTools;
  readonly #subject: FingerprintSubject;
  /** Units of the subject's own module, and of others, in the order in which they were found. */
  readonly #own: Taken[] = [];
  readonly #others: Taken[] = [];
  readonly #taken = new Map<Unit, Taken>();
  /** Hashes of files that are no program, by path. */
  readonly #data = new Map<string, string>();
  readonly #loaded = new Set<SourceModule>();
  readonly #namespaces = new Map<SourceModule, string>();
  /** What has an effect when it is loaded, in order: units, and specifiers of packages. */
  readonly #effects: (Unit | string)[] = [];
  /** Effects of other modules, which are numbered after what is referred to: who adds one changes no other number. */
  readonly #waiting: { readonly unit: Unit; readonly module: SourceModule }[] = [];
  /** How many effects come before a unit that looks at what others may have changed. */
  readonly #moments = new Map<Unit, number>();
  readonly #normals = new Map<Unit, NormalSyntax>();
  /** The turns in which units are evaluated. */
  readonly #turns = new Map<Unit, number>();
  #looking: Taken | undefined;

  constructor(tools: ReachTools, subject: FingerprintSubject) {
    this.#tools = tools;
    this.#subject = subject;
    const { module, localName } = subject;
    const start = localName === undefined ? undefined : tools.graph.meaningOf(localName, module);
    if (start?.kind === 'declaration') this.#take(start.unit, start.module);
    this.#load(module);
    if (start?.kind !== 'declaration') this.#nameOf({ kind: 'namespace', module });
    this.#follow();
  }

  /** What the code hash is of. */
  get code(): string[] {
    return [...this.#textsOf(this.#own), ...this.#order(this.#own, 'c')];
  }

  /** What the layer hash is of. */
  get layer(): string[] {
    const data = [...this.#data.values()].map((hash, index) => `d${index}=${hash}`);
    const order = [...this.#order(this.#others, 'x'), ...this.#interleaving(), ...this.#early()];
    return [...this.#textsOf(this.#others), ...data, ...order, ...this.#texts()];
  }

  /** Files as they are written, where code asks for that. */
  #texts(): string[] {
    if (![...this.#normals.values()].some(({ asksForText }) => asksForText)) return [];
    return [...this.#loaded].map(({ path }) => this.#tools.graph.files.get(path) ?? '');
  }

  /** Effects that come before a constant that they may read: who catches the error of that sees in which order they are. */
  #early(): string[] {
    return this.#effects.flatMap((effect) => {
      const start = typeof effect === 'string' ? undefined : this.#taken.get(effect);
      if (start === undefined) return [];
      const reached = new Set([start]);
      for (const each of reached) each.reached.forEach((next) => reached.add(next));
      const turn = this.#turns.get(start.unit) ?? 0;
      return [...reached]
        .filter(({ unit }) => unit.kind !== 'function' && (this.#turns.get(unit) ?? 0) > turn)
        .map(({ number }) => `${start.number} before ${number}`);
    });
  }

  /** Why what it does cannot be read off the code, for people; undefined when it can. */
  get untrusted(): string | undefined {
    const sets = new Set([...this.#normals.values()].flatMap(({ setsGlobals }) => setsGlobals));
    for (const { unit, module } of [...this.#own, ...this.#others]) {
      const doubt = this.#normals.get(unit)?.doubts.find(({ global }) => global === undefined || !sets.has(global));
      if (doubt !== undefined) return `${doubt.what} at ${this.#placeOf(module, doubt.start)}`;
    }
    for (const module of this.#loaded) {
      const odd = module.requests.find((specifier) => /^[./].*[?#%]/.test(specifier));
      if (odd !== undefined) return `it imports ${odd}, a copy of its own, at ${this.#placeOf(module, 0)}`;
    }
    return undefined;
  }

  #placeOf = (module: SourceModule, offset: number): string =>
    `${this.#tools.graph.relative(module.path)}:${module.lineAt(offset)}`;

  #textsOf(taken: readonly Taken[]): string[] {
    const asksForNames = [...this.#normals.values()].some((normal) => normal.asksForNames);
    const names = ({ unit, module }: Taken): string =>
      asksForNames ? JSON.stringify([unit.names, this.#tools.normalizer.named(unit.node, module)]) : '';
    return taken.map((each) => `${each.number}=${each.text ?? ''}${names(each)}`);
  }

  /** The effects of one side, and between which of them units look that depend on when they do. */
  #order(side: readonly Taken[], letter: 'c' | 'x'): string[] {
    const isOfSide = (effect: string): boolean => isOwn(effect) === (letter === 'c');
    const all = this.#numberedEffects();
    const effects = all.filter(isOfSide);
    if (effects.length === 0) return [];
    const timed = side.flatMap(({ unit, number }) => {
      const moment = this.#moments.get(unit);
      return moment === undefined ? [] : [`${number} after ${all.slice(0, moment).filter(isOfSide).length}`];
    });
    return [`order=${JSON.stringify([effects, timed])}`];
  }

  /** A module runs after all that it imports, unless they import it. */
  #interleaving(): string[] {
    const effects = this.#numberedEffects();
    const firstOwn = effects.findIndex(isOwn);
    const isUsual = firstOwn === -1 || effects.slice(firstOwn).every(isOwn);
    return isUsual ? [] : [`interleaving=${JSON.stringify([effects, [...this.#moments.values()]])}`];
  }

  #numberedEffects = (): string[] =>
    this.#effects.map((effect) => (typeof effect === 'string' ? effect : (this.#taken.get(effect)?.number ?? '')));

  #take(unit: Unit, module: SourceModule): Taken {
    let taken = this.#taken.get(unit);
    if (taken === undefined) {
      const isOwn = module === this.#subject.module;
      const list = isOwn ? this.#own : this.#others;
      taken = { unit, module, number: `${isOwn ? 'c' : 'x'}${list.length}`, reached: new Set() };
      this.#taken.set(unit, taken);
      list.push(taken);
    }
    this.#looking?.reached.add(taken);
    return taken;
  }

  /** All that is evaluated when the module is loaded, other than what does nothing. */
  #load(module: SourceModule): void {
    if (this.#loaded.has(module)) return;
    for (const step of this.#tools.graph.evaluationOrder(module)) {
      if (step.kind === 'inline') this.#effects.push(step.specifier);
      else if (step.kind === 'package') this.#loadPackage(step);
      else this.#evaluate(step.module);
    }
  }

  #loadPackage(reached: ReachedPackage & { readonly specifier: string }): void {
    const key = `${reached.folder} ${reached.specifier}`;
    if (this.packages.has(key)) return;
    this.packages.set(key, reached);
    if (!declaresNoEffects(reached.package, reached.folder)) this.#effects.push(`package ${reached.specifier}`);
  }

  #evaluate(module: SourceModule): void {
    if (this.#loaded.has(module)) return;
    this.#loaded.add(module);
    for (const unit of module.units) {
      const level = this.#tools.evaluation.levelOf(unit, module);
      this.#turns.set(unit, this.#turns.size);
      if (level === EFFECT) this.#effects.push(unit);
      if (level === EFFECT && module === this.#subject.module) this.#take(unit, module);
      else if (level === EFFECT) this.#waiting.push({ unit, module });
      if (level === TIMED) this.#moments.set(unit, this.#effects.length);
    }
  }

  /** Own units first, so that who changes another module does not change the numbers of these. */
  #follow(): void {
    for (let own = 0, other = 0, late = 0; ;) {
      const next = own < this.#own.length ? this.#own[own++] : this.#others[other++];
      const waiting = next === undefined ? this.#waiting[late++] : undefined;
      if (next !== undefined) this.#look(next);
      else if (waiting === undefined) break;
      else {
        other--;
        this.#take(waiting.unit, waiting.module);
      }
    }
    if (this.#effects.length > 0) this.#orderPiece();
  }

  /** Stands for the order of effects, under the names that units have for people, so that it is the same while they are. */
  #orderPiece(): void {
    const { graph } = this.#tools;
    const nameOf = (unit: Unit): string => {
      const taken = this.#taken.get(unit);
      return taken === undefined ? '' : `${graph.relative(taken.module.path)}#${unit.id}`;
    };
    const effects = this.#effects.map((effect) => (typeof effect === 'string' ? effect : nameOf(effect)));
    const timed = [...this.#moments].flatMap(([unit, moment]) =>
      this.#taken.has(unit) ? [`${nameOf(unit)} after ${moment}`] : [],
    );
    const module = graph.relative(this.#subject.module.path);
    this.pieces.push({
      ...NO_SYNTAX,
      name: 'order',
      module,
      kind: 'effect',
      hash: hashOfParts([...effects, ...timed]),
    });
  }

  #look(taken: Taken): void {
    const { unit, module } = taken;
    const normal = this.#tools.normalizer.normalize(unit.node, module);
    this.#normals.set(unit, normal);
    this.#looking = taken;
    const names = normal.references.map((reference) => this.#nameOfReference(reference));
    const assigning = unit.names.flatMap((name) => module.assignments.get(name) ?? []);
    const assigned = assigning.map((each) => this.#take(each, module).number);
    this.#looking = undefined;
    taken.text = [normal.nameless, ...names, ...assigned].join('\n');
    this.#piece(unit, module, normal);
  }

  #nameOfReference({ meaning, handedOn }: Reference): string {
    const label =
      meaning.kind === 'declaration'
        ? this.#tools.labels.get(definitionKey(meaning.module.path, meaning.name))
        : undefined;
    if (label !== undefined && handedOn && this.#subject.needs.has(label)) return label;
    return `${label ?? ''} ${this.#nameOf(meaning)}`;
  }

  /** Takes what is meant, and names it by its number. */
  #nameOf(meaning: Meaning): string {
    switch (meaning.kind) {
      case 'declaration':
        this.#load(meaning.module);
        return `${this.#take(meaning.unit, meaning.module).number}.${meaning.unit.names.indexOf(meaning.name)}`;
      case 'namespace':
        return this.#nameOfNamespace(meaning.module);
      case 'commonjs': {
        this.#load(meaning.module);
        const [whole] = meaning.module.units;
        return `${whole === undefined ? '' : this.#take(whole, meaning.module).number}#${meaning.imported}`;
      }
      case 'data':
        return `${this.#numberOfData(meaning.path)}#${meaning.imported}`;
      case 'package':
        this.#loadPackage(meaning);
        return `${meaning.specifier}#${meaning.imported}`;
      case 'authoring':
      case 'builtin':
        return `${meaning.specifier}#${meaning.imported}`;
    }
  }

  #nameOfNamespace(module: SourceModule): string {
    const known = this.#namespaces.get(module);
    if (known !== undefined) return known;
    const number = `n${this.#namespaces.size}`;
    this.#namespaces.set(module, number);
    this.#load(module);
    const { graph } = this.#tools;
    const exported = graph.exportNames(module).map((name) => {
      const meaning = graph.exportOf(module, name);
      return `${name}: ${meaning === undefined ? '' : this.#nameOf(meaning)}`;
    });
    const outward = graph.outwardStars(module).map((meaning) => this.#nameOf(meaning));
    return `${number}{${[...exported, ...outward].join()}}`;
  }

  /** Of JSON its value counts, not its layout. */
  #numberOfData(path: string): string {
    const known = [...this.#data.keys()].indexOf(path);
    if (known !== -1) return `d${known}`;
    const bytes = this.#tools.graph.read(path);
    const hash = hashOf(path.endsWith('.json') ? valueOfJson(bytes) : bytes);
    this.#data.set(path, hash);
    const module = this.#tools.graph.relative(path);
    this.pieces.push({ ...NO_SYNTAX, name: '*', module, kind: 'data', hash });
    return `d${this.#data.size - 1}`;
  }

  #piece(unit: Unit, module: SourceModule, { text, links, omitted }: NormalSyntax): void {
    const label = this.#tools.labels.get(definitionKey(module.path, unit.id));
    this.pieces.push({
      name: label ?? unit.id,
      module: this.#tools.graph.relative(module.path),
      kind: this.#tools.evaluation.levelOf(unit, module) === EFFECT ? 'effect' : 'declaration',
      line: unit.line,
      start: unit.node.start,
      end: unit.node.end,
      omitted: omitted.map(([start, end]) => [start, end]),
      hash: hashOfParts([text, ...links]),
      branches: branchesIn(unit.node, omitted),
      ...literalsIn(text),
      ...featuresIn(text, links, this.#tools.graph.relative(module.path)),
    });
  }
}

const isOwn = (effect: string): boolean => /^c\d+$/.test(effect);

const NO_SYNTAX = {
  line: 1,
  start: 0,
  end: 0,
  omitted: [],
  numbers: [],
  strings: [],
  branches: [],
  features: [],
  references: [],
};

/** Members keep their order, which code can see. */
function valueOfJson(bytes: Uint8Array): string | Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  // Minus zero is written like zero.
  if (text.includes('-0')) return bytes;
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return bytes;
  }
}
