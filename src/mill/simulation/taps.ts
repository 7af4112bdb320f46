/**
 * Taps on what makes results differ from run to run: clock, chance, network, environment, files, delays. The tap remembers who
 * asked, and where. What only looks goes on; what would be felt outside of the simulation is refused, and so is whatever of Node
 * nobody has said of that it is harmless (see outward.ts).
 */
import { EventEmitter } from 'node:events';
import { builtinModules, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { runInNewContext } from 'node:vm';
import { GLOBALS, LOOKING, outwardModules, treatedIn, treatmentOf, type Treated } from './outward.ts';
import { callerOf, type Frame, isNodesOwn, isOfNode } from './stack.ts';

/** One use: what, and where in the author's code. */
export interface TappedUse extends Frame {
  readonly what: string;
}

/** One use by code of nobody that is known: in a package, or called back by Node. */
export type StrayUse = Pick<TappedUse, 'what'> & Partial<Frame>;

export interface Taps {
  /** What code at places that are `owned` has used so far. */
  usesBy(owned: (frame: Frame) => boolean): TappedUse[];
  /** From now on all uses are of the one computation that is simulated, whatever calls for it. */
  watch(): void;
  /** The first use since then that no `owned` code asked for. */
  strayUse(owned: (frame: Frame) => boolean): StrayUse | undefined;
}

type Members = Record<string | symbol, unknown>;
type Note = (what: string) => void;

/** Different uses that a process remembers at most; of what goes beyond it is known that it was there. */
const MAX_USES = 10_000;

/** For the life of the process. */
export function installTaps(): Taps {
  /** Frames of each use, by what was used and the whole stack: a loop asks a thousand times from one place. */
  const uses = new Map<string, readonly TappedUse[]>();
  let watched = new Map<string, { readonly what: string; readonly frames: readonly TappedUse[] }>();
  let crowded = false;
  const note: Note = (what) => {
    const by = callerOf(what);
    if (by === undefined) return;
    const id = `${what}\n${by.key}`;
    const frames = uses.get(id) ?? by.frames.map((place) => Object.assign({ what }, place));
    crowded ||= uses.size === MAX_USES && !uses.has(id);
    if (crowded) return;
    uses.set(id, frames);
    watched.set(id, { what, frames });
  };
  // First under the names by which authors know them.
  tapGlobals(note);
  tapModules(note);
  tapDate(note);
  tapDateTimeFormat(note);
  tapEnvironment(note);
  syncBuiltinESMExports();
  return {
    // The innermost frame that is owned is where to look.
    usesBy: (owned) => [...uses.values()].flatMap((frames) => frames.find(owned) ?? []),
    watch() {
      watched = new Map();
    },
    strayUse(owned) {
      if (crowded) return { what: `more than ${MAX_USES} such things` };
      const stray = [...watched.values()].find(({ frames }) => !frames.some(owned));
      return stray === undefined ? undefined : { what: stray.what, ...stray.frames[0] };
    },
  };
}

function tapModules(note: Note): void {
  // All of them first: some call others while they are loaded.
  const loaded = outwardModules(builtinModules).map((module) => [module, builtinNamed(module)] as const);
  for (const [module, exported] of loaded) tapAll(exported, module, treatedIn(module), note);
  for (const [owner, member] of [
    [net.Socket.prototype, 'connect'],
    [net.Server.prototype, 'listen'],
  ] as const)
    tap(owner, member, `net.${owner.constructor.name}.${member}`, refuse(note));
}

const builtinNamed = (module: string): object => process.getBuiltinModule(`node:${module}`) as object;

/** Own members of a module; of objects among them, theirs. */
function tapAll(owner: object, label: string, treated: Treated, note: Note, members = Reflect.ownKeys(owner)): void {
  for (const member of members) {
    if (typeof member !== 'string') continue;
    const treatment = treatmentOf(treated, member);
    const name = `${label}.${member}`;
    const value: unknown = propertyOf(owner, member)?.property.value;
    if (treatment === 'free') {
      // Under whatever name another module has it.
      if (typeof value === 'function' && !tapped.has(value)) tapped.set(value, value);
    } else if (typeof value === 'function') tap(owner, member, name, treatment === 'refused' ? refuse(note) : note);
    else if (owner === process) tapValue(owner, member, name, note);
    else if (isObject(value) && !Array.isArray(value)) tapAll(value, name, treated, note, [...methodsOf(value)]);
  }
}

/** Names of functions of an object and of its class, unless that is everybody's. */
function* methodsOf(value: object): Generator<string> {
  for (let owner: object | null = value; owner !== null; owner = parentOf(owner)) {
    const members = Object.getOwnPropertyDescriptors(owner);
    const { name = '' } = (Object.hasOwn(owner, 'constructor') ? owner.constructor : {}) as { name?: string };
    if (owner !== value && (OF_THE_LANGUAGE.has(name) || owner === EventEmitter.prototype)) return;
    for (const [member, { value: method }] of Object.entries(members))
      if (typeof method === 'function' && member !== 'constructor') yield member;
  }
}

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Names of the language itself, which a context has without Node. */
const OF_THE_LANGUAGE = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]);

function tapGlobals(note: Note): void {
  const modules = new Set(builtinModules);
  const added = Object.getOwnPropertyNames(globalThis).filter(
    (name) => !OF_THE_LANGUAGE.has(name) && !modules.has(name),
  );
  for (const name of added) {
    const treatment = treatmentOf(GLOBALS, name);
    if (treatment === 'free') continue;
    const { get } = Reflect.getOwnPropertyDescriptor(globalThis, name) ?? {};
    if (get === undefined) tap(globalThis, name, name, treatment === 'refused' ? refuse(note) : note);
    else tapGetter(globalThis, name, name, note);
  }
  for (const [path, members] of Object.entries(LOOKING)) {
    let owner: unknown = globalThis;
    for (const name of path.split('.')) owner = (owner as Members | undefined)?.[name];
    if (owner === undefined) continue;
    const label = path.replace('.prototype', '').toLowerCase();
    for (const member of members.split(' ')) {
      const name = path.includes('.prototype') ? `${label}.${member}` : `${path}.${member}`;
      if (Reflect.getOwnPropertyDescriptor(owner as object, member)?.get === undefined)
        tap(owner as object, member, name, note);
      else tapGetter(owner as object, member, name, note);
    }
  }
  for (const name of ['WeakRef', 'FinalizationRegistry']) tap(globalThis, name, name, note);
}

const refuse =
  (note: Note): Note =>
  (what) => {
    if (isNodesOwn()) return;
    note(what);
    throw new Error(`${what} is refused while a computation is simulated`);
  };

/** Of each function its tapped one: many have several names. */
const tapped = new WeakMap<object, object>();

function tap(object: object, member: string, name: string, note: Note): void {
  const { owner, property } = propertyOf(object, member) ?? {};
  const original: unknown = property?.value;
  // Behind a getter Node keeps what it loads late, or hands on another object's member that is tapped there.
  if (owner === undefined || typeof original !== 'function' || property?.configurable !== true) return;
  Object.defineProperty(owner, member, { ...property, value: tappedOf(original, name, note) });
}

function tappedOf(original: object, name: string, note: Note): object {
  const known = tapped.get(original);
  if (known !== undefined) return known;
  const wrapped: object = new Proxy(original as (...parameters: unknown[]) => unknown, {
    apply(target, self, parameters: unknown[]) {
      note(name);
      return Reflect.apply(target, self, parameters);
    },
    construct(target, parameters, newTarget) {
      note(name);
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
  tapped.set(original, wrapped).set(wrapped, wrapped);
  // `hrtime.bigint`, `realpath.native`
  for (const [member, { value }] of Object.entries(Object.getOwnPropertyDescriptors(original)))
    if (typeof value === 'function' && member !== 'prototype') tap(original, member, `${name}.${member}`, note);
  const { prototype } = original as { readonly prototype?: object };
  if (isObject(prototype) && Object.hasOwn(prototype, 'constructor'))
    Object.defineProperty(prototype, 'constructor', { value: wrapped, configurable: true, writable: true });
  return wrapped;
}

/** Its own, or of its class. */
function propertyOf(object: object, member: string): { owner: object; property: PropertyDescriptor } | undefined {
  for (let owner: object | null = object; owner !== null; owner = parentOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, member);
    if (property !== undefined) return { owner, property };
  }
  return undefined;
}

function tapGetter(owner: object, member: string, name: string, note: Note): void {
  const property = Object.getOwnPropertyDescriptor(owner, member);
  // oxlint-disable-next-line typescript/unbound-method -- called with whatever it is asked of
  const get = property?.get;
  if (get === undefined || property?.configurable !== true) return;
  Object.defineProperty(owner, member, {
    ...property,
    get: tappedOf(get, name, (what) => isOfNode() || note(what)) as typeof get,
  });
}

/** A value that is asked for, unless Node itself does. */
function tapValue(owner: object, member: string, name: string, note: Note): void {
  const property = Object.getOwnPropertyDescriptor(owner, member);
  if (property?.configurable !== true) return;
  if (property.get !== undefined) return tapGetter(owner, member, name, note);
  let { value } = property;
  Object.defineProperty(owner, member, {
    configurable: true,
    enumerable: property.enumerable ?? true,
    get: () => (isOfNode() || note(name), value as unknown),
    set(next: unknown) {
      value = next;
    },
  });
}

/** `new Date(0)` says nothing about now. */
function tapDate(note: Note): void {
  const original = Date;
  globalThis.Date = new Proxy(original, {
    apply(target, self, parameters) {
      note('Date()');
      return Reflect.apply(target, self, parameters) as unknown;
    },
    construct(target, parameters, newTarget) {
      if (parameters.length === 0) note('new Date()');
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
  original.prototype.constructor = globalThis.Date;
}

/** Without a date it formats now. */
function tapDateTimeFormat(note: Note): void {
  const noting = <F extends (date?: Date) => unknown>(original: F, name: string): F =>
    new Proxy(original, {
      apply(target, self, parameters: [unknown?]) {
        if (parameters[0] === undefined) note(`${name}()`);
        return Reflect.apply(target, self, parameters);
      },
    });
  const { prototype } = Intl.DateTimeFormat;
  // oxlint-disable-next-line typescript/unbound-method -- called with the formatter that it is called on
  prototype.formatToParts = noting(prototype.formatToParts, 'Intl.DateTimeFormat.formatToParts');
  const format = Object.getOwnPropertyDescriptor(prototype, 'format');
  /** Each formatter has one function, which knows it. */
  const formats = new WeakMap<object, object>();
  Object.defineProperty(prototype, 'format', {
    ...format,
    get(this: Intl.DateTimeFormat): unknown {
      const bound = format?.get?.call(this) as Intl.DateTimeFormat['format'];
      const known = formats.get(bound) ?? noting(bound, 'Intl.DateTimeFormat.format');
      formats.set(bound, known);
      return known;
    },
  });
}

function tapEnvironment(note: Note): void {
  process.env = new Proxy(process.env, {
    get(target, name) {
      if (typeof name === 'string') note(`process.env.${name}`);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      note('process.env');
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor(target, name) {
      note('process.env');
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      note('process.env');
      return Reflect.ownKeys(target);
    },
  });
}
