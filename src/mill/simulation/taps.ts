/**
 * Taps on what makes results differ from run to run: clock, chance, network, environment, files, delays. The tap remembers who
 * asked, and where. What only reads goes on; what would be felt outside of the simulation is refused.
 */
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A place on the stack; lines and columns count from 1. */
export interface Frame {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** One use: what, and where in the author's code. */
export interface TappedUse extends Frame {
  readonly what: string;
}

export interface Taps {
  /** What code at places that are `owned` has used so far. */
  usesBy(owned: (frame: Frame) => boolean): TappedUse[];
}

type Members = Record<string, unknown>;

/** Objects with the members that are tapped, each named as authors know it. */
const TAPPED: readonly (readonly [label: string, owner: object, members: readonly string[]])[] = [
  ['Math', Math, ['random']],
  ['performance', performance, ['now']],
  ['process', process, ['hrtime', 'uptime', 'cpuUsage', 'memoryUsage', 'cwd']],
  ['crypto', crypto, ['randomBytes', 'randomInt', 'randomUUID', 'randomFillSync', 'getRandomValues']],
  ['crypto', globalThis.crypto, ['getRandomValues', 'randomUUID']],
  ['', globalThis, ['fetch', 'setTimeout', 'setInterval', 'WebSocket', 'EventSource']],
  ['timers', timers, ['setTimeout', 'setInterval']],
  ['timers', timersPromises, ['setTimeout', 'setInterval']],
  ['net', net, ['connect', 'createConnection', 'createServer']],
  ['http', http, ['request', 'get']],
  ['https', https, ['request', 'get']],
  [
    'fs',
    fs,
    ['readFileSync', 'readFile', 'readdirSync', 'existsSync', 'statSync', 'createReadStream', 'writeFileSync'],
  ],
  ['fs', fsPromises, ['readFile', 'readdir', 'stat', 'writeFile']],
];

/**
 * Files are not written and no thread is started: Node's permissions refuse that already. They refuse processes too, but only
 * after pipes were made, some 2 ms of processor time each: a computation that starts one a day would use up its budget.
 */
const REFUSED: typeof TAPPED = [
  ['child_process', childProcess, ['exec', 'execSync', 'execFile', 'execFileSync', 'fork', 'spawn', 'spawnSync']],
  ['process', process, ['kill', 'abort', 'exit', 'send', 'disconnect', 'chdir']],
  ['net.Socket', net.Socket.prototype, ['connect']],
  ['net.Server', net.Server.prototype, ['listen']],
  ['dgram', dgram, ['createSocket']],
  ['dns', dns, ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse']],
  ['dns', dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse']],
];

/** Stack frames that are looked through for the author's. */
const FRAMES = 60;

/** Different uses that a thread remembers at most. */
const MAX_USES = 10_000;

/** For the life of the thread. */
export function installTaps(): Taps {
  /** Frames of each use, by what was used and the whole stack: a loop asks a thousand times from one place. */
  const uses = new Map<string, readonly TappedUse[]>();
  const note = (what: string): void => {
    const stack = stackText();
    const key = `${what}\n${stack}`;
    if (uses.size < MAX_USES && !uses.has(key))
      uses.set(
        key,
        framesOf(stack).map((place) => Object.assign({ what }, place)),
      );
  };
  for (const [label, owner, members] of TAPPED)
    for (const member of members) tap(owner as Members, member, label === '' ? member : `${label}.${member}`, note);
  for (const [label, owner, members] of REFUSED)
    for (const member of members) tap(owner as Members, member, `${label}.${member}`, refuse(note));
  tapDate(note);
  tapEnvironment(note);
  syncBuiltinESMExports();
  return {
    // The innermost frame that is owned is where to look.
    usesBy: (owned) => [...uses.values()].flatMap((frames) => frames.find(owned) ?? []),
  };
}

const refuse =
  (note: (what: string) => void) =>
  (what: string): never => {
    note(what);
    throw new Error(`${what} is refused while a computation is simulated`);
  };

function tap(object: Members, member: string, name: string, note: (what: string) => void): void {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, member)) owner = Object.getPrototypeOf(owner) as object | null;
  if (owner === null) return;
  const property = Object.getOwnPropertyDescriptor(owner, member);
  const original: unknown = property?.value;
  // Behind a getter Node keeps what it loads late, or hands on another object's member that is tapped there.
  if (typeof original !== 'function' || property?.configurable !== true) return;
  const tapped = new Proxy(original, {
    apply(target, self, parameters) {
      note(name);
      return Reflect.apply(target, self, parameters) as unknown;
    },
    construct(target, parameters, newTarget) {
      note(name);
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
  Object.defineProperty(owner, member, { ...property, value: tapped });
}

/** `new Date(0)` says nothing about now. */
function tapDate(note: (what: string) => void): void {
  tap(Date as unknown as Members, 'now', 'Date.now', note);
  globalThis.Date = new Proxy(Date, {
    apply(target, self, parameters) {
      note('Date()');
      return Reflect.apply(target, self, parameters) as unknown;
    },
    construct(target, parameters, newTarget) {
      if (parameters.length === 0) note('new Date()');
      return Reflect.construct(target, parameters, newTarget) as object;
    },
  });
}

function tapEnvironment(note: (what: string) => void): void {
  process.env = new Proxy(process.env, {
    get(target, name) {
      if (typeof name === 'string') note(`process.env.${name}`);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      note('process.env');
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      note('process.env');
      return Reflect.ownKeys(target);
    },
  });
}

function stackText(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const { stack = '' } = new Error('only for its stack');
  Error.stackTraceLimit = limit;
  return stack;
}

/**
 * What these do is nobody's use: modules are found and loaded, the console looks at what it prints to, a schema checks a value.
 * What they call back is nearer to the tap than they are.
 */
const NOBODYS = /^node:internal\/(?:modules|console|tty|util\/colors|main|process\/esm_loader)\b|\/node_modules\/zod\//;

/** Places in files on the stack, innermost first, up to where it is nobody's. */
function framesOf(stack: string): readonly Frame[] {
  const frames: Frame[] = [];
  for (const [, place = '', line, column] of stack.matchAll(/((?:file:\/\/\/|node:|\/)[^\s()]+?):(\d+):(\d+)\)?$/gm)) {
    if (NOBODYS.test(place)) break;
    if (place.startsWith('node:')) continue;
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    frames.push({ path, line: Number(line), column: Number(column) });
  }
  return frames;
}
