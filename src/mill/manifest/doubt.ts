/** What a piece of code does that no analysis of the project's modules can see: it makes a computation untrusted, by name. */
import { isBuiltin } from 'node:module';
import { runInNewContext } from 'node:vm';
import type { Meaning } from './module-graph.ts';
import { isNode, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

export interface Doubt {
  /** For people: `it reads process.env`. */
  readonly what: string;
  /** Where, in the module's text. */
  readonly start: number;
  /** The global that it reads, which is no doubt when the same computation's code sets it. */
  readonly global?: string;
}

const NETWORK = 'it uses the network';
const PROCESS = 'it starts or reads processes';
const FILES = 'it reads files';

/** Modules that are decided by their arguments, or watched while the code is simulated, where a use is attributed to what ran. */
const INWARD_MODULES = new Set(
  (
    'assert assert/strict async_hooks buffer console constants crypto diagnostics_channel domain events path path/posix path/win32 ' +
    'perf_hooks punycode querystring readline readline/promises stream stream/consumers stream/promises stream/web string_decoder sys ' +
    'timers timers/promises url util util/types v8 zlib'
  ).split(' '),
);

/** All others lead outside, whatever a later Node adds. By name, without `node:`, what they are for. */
const OUTWARD_MODULES: Readonly<Record<string, string>> = {
  fs: FILES,
  'fs/promises': FILES,
  sqlite: FILES,
  wasi: FILES,
  child_process: PROCESS,
  cluster: PROCESS,
  process: PROCESS,
  os: 'it reads what machine it is on',
  tty: 'it reads what machine it is on',
  worker_threads: 'it runs code of another thread',
  vm: 'it evaluates text as code',
  repl: 'it evaluates text as code',
  inspector: 'it looks into the running process',
  'inspector/promises': 'it looks into the running process',
  trace_events: 'it looks into the running process',
  module: 'it loads modules whose names are only known when it runs',
  http: NETWORK,
  https: NETWORK,
  http2: NETWORK,
  net: NETWORK,
  tls: NETWORK,
  dgram: NETWORK,
  dns: NETWORK,
  'dns/promises': NETWORK,
};

/** Of an import. */
export function doubtOfImport(meaning: Meaning, start: number): Doubt | undefined {
  // The text of a `data:` module is in the code that imports it.
  if (meaning.kind !== 'builtin' || !isBuiltin(meaning.specifier)) return undefined;
  const module = meaning.specifier.replace(/^node:/, '');
  if (INWARD_MODULES.has(module)) return undefined;
  const known = Object.hasOwn(OUTWARD_MODULES, module) ? OUTWARD_MODULES[module] : undefined;
  return { what: `${known ?? 'it uses a part of Node that may lead outside'} (${meaning.specifier})`, start };
}

/** Members of `process` that say nothing about the machine, or that simulations watch. */
const HARMLESS_OF_PROCESS = new Set(
  'version versions release nextTick emitWarning stdout stderr hrtime uptime cpuUsage memoryUsage cwd exit exitCode'.split(
    ' ',
  ),
);

/** What Node adds to the language's own globals. */
const OF_NODE =
  'console setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask structuredClone fetch URL ' +
  'URLSearchParams URLPattern TextEncoder TextDecoder AbortController AbortSignal Event EventTarget performance crypto Buffer process ' +
  'global globalThis atob btoa Blob File Headers Request Response FormData WebSocket EventSource BroadcastChannel MessageChannel ' +
  'MessagePort ReadableStream WritableStream TransformStream CompressionStream DecompressionStream DOMException navigator ' +
  'CustomEvent Crypto CryptoKey SubtleCrypto Performance';

/** Not of `globalThis`, and known everywhere or to every CommonJS module. */
const OF_SYNTAX = 'undefined arguments exports module require __filename __dirname';

const STANDARD = new Set([
  ...(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]),
  ...OF_NODE.split(' '),
  ...OF_SYNTAX.split(' '),
]);

/** Standard globals that lead outside. */
const OUTWARD_GLOBALS: Readonly<Record<string, string>> = {
  eval: 'it evaluates text as code',
  Function: 'it evaluates text as code (Function)',
  require: 'it requires what is only known when it runs',
  process: 'it reads the process',
  __filename: 'it reads where its module lies',
  __dirname: 'it reads where its module lies',
};

const GLOBAL_OBJECTS = new Set(['globalThis', 'global']);

/** Goes from node to node through one piece of code, outer ones first. */
export class Sentinel {
  readonly #sets = new Set<string>();
  /** Identifiers that the node around them has explained. */
  readonly #explained = new Set<unknown>();

  get setsGlobals(): readonly string[] {
    return [...this.#sets];
  }

  /** `isGlobal` says of a name whether neither the code around nor its module declares it. */
  look(node: SyntaxNode, isGlobal: (name: string) => boolean): Doubt | undefined {
    switch (node.type) {
      case 'AssignmentExpression':
        this.#lookAtAssignment(node, isGlobal);
        return undefined;
      case 'CallExpression':
        this.#lookAtDefinition(node, isGlobal);
        return undefined;
      case 'MemberExpression':
        return this.#lookAtMember(node, isGlobal);
      case 'MetaProperty':
        return isNode(node['meta']) && nameOf(node['meta']) === 'import'
          ? { what: 'it reads where its module lies (import.meta)', start: node.start }
          : undefined;
      case 'Identifier':
        return this.#lookAtName(node, isGlobal);
      default:
        return undefined;
    }
  }

  #lookAtAssignment(node: SyntaxNode, isGlobal: (name: string) => boolean): void {
    if (!isNode(node['left'])) return;
    const left = withoutTypeWrappers(node['left']);
    if (left.type === 'Identifier' && isGlobal(nameOf(left) ?? '')) this.#sets.add(nameOf(left) ?? '');
    const member = globalMember(left, isGlobal);
    if (member === undefined || node['operator'] !== '=') return;
    this.#sets.add(member);
    this.#explained.add(left).add(objectOf(left));
  }

  /** `Object.defineProperty(globalThis, 'x', …)` */
  #lookAtDefinition(node: SyntaxNode, isGlobal: (name: string) => boolean): void {
    const callee = isNode(node['callee']) ? node['callee'] : undefined;
    if (callee?.type !== 'MemberExpression' || memberName(callee) !== 'defineProperty') return;
    const [wrapped, key] = nodesIn(node['arguments']);
    const target = wrapped === undefined ? undefined : withoutTypeWrappers(wrapped);
    const [owner, name] = [nameOf(target) ?? '', key?.type === 'Literal' ? nameOf(key) : undefined];
    if (target?.type !== 'Identifier' || name === undefined || !GLOBAL_OBJECTS.has(owner) || !isGlobal(owner)) return;
    this.#sets.add(name);
    this.#explained.add(target);
  }

  #lookAtMember(node: SyntaxNode, isGlobal: (name: string) => boolean): Doubt | undefined {
    if (this.#explained.has(node)) return undefined;
    const object = objectOf(node);
    if (isConstructorCall(node)) return { what: 'it may evaluate text as code (constructor)', start: node.start };
    if (object?.type !== 'Identifier') return undefined;
    const [owner, member] = [nameOf(object) ?? '', memberName(node)];
    if (!isGlobal(owner) || member === undefined) return undefined;
    if (owner === 'process') {
      this.#explained.add(object);
      return HARMLESS_OF_PROCESS.has(member) ? undefined : { what: `it reads process.${member}`, start: node.start };
    }
    if (!GLOBAL_OBJECTS.has(owner)) return undefined;
    this.#explained.add(object);
    return globalDoubt(member, node.start);
  }

  #lookAtName(node: SyntaxNode, isGlobal: (name: string) => boolean): Doubt | undefined {
    const name = nameOf(node) ?? '';
    if (this.#explained.has(node) || !isGlobal(name)) return undefined;
    if (GLOBAL_OBJECTS.has(name)) return { what: `it hands ${name} on`, start: node.start };
    return globalDoubt(name, node.start);
  }
}

function globalDoubt(name: string, start: number): Doubt | undefined {
  const what = Object.hasOwn(OUTWARD_GLOBALS, name) ? OUTWARD_GLOBALS[name] : undefined;
  if (what !== undefined) return { what, start };
  return STANDARD.has(name)
    ? undefined
    : { what: `it reads the global ${name}, which any code may set`, start, global: name };
}

/** `globalThis.x` */
function globalMember(node: SyntaxNode, isGlobal: (name: string) => boolean): string | undefined {
  const object = node.type === 'MemberExpression' ? objectOf(node) : undefined;
  const owner = object?.type === 'Identifier' ? (nameOf(object) ?? '') : '';
  return GLOBAL_OBJECTS.has(owner) && isGlobal(owner) ? memberName(node) : undefined;
}

/** What a member is of: `globalThis` in `(globalThis as any).x`. */
const objectOf = ({ object }: SyntaxNode): SyntaxNode | undefined =>
  isNode(object) ? withoutTypeWrappers(object) : undefined;

/** `.name`, `['name']` and `[Symbol.for('name')]`. */
function memberName({ property, computed }: SyntaxNode): string | undefined {
  if (!isNode(property)) return undefined;
  if (computed !== true || property.type === 'Literal') return nameOf(property);
  const [key, callee] = [nodesIn(property['arguments'])[0], property['callee']];
  const isSymbol = isNode(callee) && callee.type === 'MemberExpression' && nameOf(callee['object']) === 'Symbol';
  return isSymbol && memberName(callee) === 'for' && key !== undefined ? `Symbol.for ${nameOf(key)}` : undefined;
}

/** `(() => {}).constructor` is Function. */
const isConstructorCall = (node: SyntaxNode): boolean =>
  memberName(node) === 'constructor' && (objectOf(node)?.type.includes('Function') ?? false);

/** Whether the node reads a member `name`, as functions have one. */
export function asksForName(node: SyntaxNode): boolean {
  if (node.type === 'Literal') return node['value'] === 'name';
  if (node.type === 'MemberExpression') return memberName(node) === 'name';
  return node.type === 'ObjectPattern' && nodesIn(node['properties']).some(({ key }) => nameOf(key) === 'name');
}

/** Whether the node reads where in the code something happened: the stack of an error. */
export const asksForPlaces = (node: SyntaxNode): boolean =>
  node.type === 'MemberExpression' &&
  ['stack', 'captureStackTrace', 'prepareStackTrace', 'getCallSites'].includes(memberName(node) ?? '');

/** What the node makes text of: `x.toString()`, `String(x)`, `${x}`, `x + ''`. */
export function shownAsText(node: SyntaxNode): SyntaxNode[] {
  const found = (value: unknown): SyntaxNode[] => (isNode(value) ? [withoutTypeWrappers(value)] : []);
  switch (node.type) {
    case 'MemberExpression':
      return memberName(node) === 'toString' ? found(node['object']) : [];
    case 'TemplateLiteral':
      return nodesIn(node['expressions']);
    case 'BinaryExpression':
      return node['operator'] === '+' ? [...found(node['left']), ...found(node['right'])] : [];
    case 'CallExpression':
      return isNode(node['callee']) && nameOf(node['callee']) === 'String' ? nodesIn(node['arguments']) : [];
    default:
      return [];
  }
}
