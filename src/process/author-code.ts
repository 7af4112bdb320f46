/**
 * Author code in a process that it shares: with other tasks in a worker, with the command that asked for it elsewhere. What would
 * end that process or change it for the others is refused while author code runs, and what it left behind is told by its name when it
 * throws. Whose code runs is known by Node's asynchronous context, which promises, timers and listeners keep.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import { TerminalError, toError } from '../errors.ts';
import { STACK_FRAMES } from './author-frame.ts';

export interface Author {
  /** As messages call it: a computation, a module. */
  readonly name: string;
  /** Takes what was thrown where nobody waited for it: by a promise, a timer, an event. */
  readonly onStray: (error: Error) => void;
  /** Takes what it prints, in the place of the process's own streams; those have it when absent. Called with the author on the stack. */
  readonly onPrinted?: ((text: string) => void) | undefined;
}

export interface AuthorCode {
  /** @throws {TerminalError} REFUSED when the call did what is refused, even if it caught that. */
  run<T>(call: () => T): T;
  /** As `run`, for what is awaited: what is refused in a timer of the call ends the wait. */
  wait<T>(call: () => T | Promise<T>): Promise<T>;
}

interface Running extends Author {
  /** Ends what waits. */
  readonly refuse: (refusal: TerminalError) => void;
  /** Whether somebody waited who says it on. */
  readonly isTold: (thrown: Error) => boolean;
}

const running = new AsyncLocalStorage<Running>();

export function authorCode(author: Author): AuthorCode {
  let refusal: TerminalError | undefined;
  let told = false;
  let calls = 0;
  const waiting = new Set<(refusal: TerminalError) => void>();
  const state: Running = {
    ...author,
    refuse(refused) {
      refusal ??= refused;
      told ||= calls > 0;
      for (const end of waiting) end(refused);
    },
    isTold: (thrown) => thrown === refusal && told,
  };
  const run = <T>(call: () => T): T => {
    calls++;
    try {
      // Inside of one of its own calls, as row by row of a day, it is known already whose code runs.
      const value = running.getStore() === state ? call() : running.run(state, call);
      if (refusal !== undefined) throw refusal;
      return value;
    } finally {
      calls--;
    }
  };
  return {
    run,
    async wait(call) {
      const value = run(call);
      if (!(value instanceof Promise)) return value;
      const refused = Promise.withResolvers<never>();
      waiting.add(refused.reject);
      calls++;
      try {
        const awaited = await Promise.race([value, refused.promise]);
        if (refusal !== undefined) throw refusal;
        return awaited;
      } finally {
        calls--;
        waiting.delete(refused.reject);
      }
    },
  };
}

/** For code that no cell's log is told of: a line for people. */
export const sayStray =
  (name: string) =>
  (error: Error): void => {
    process.stderr.write(
      `${name} left something behind that threw when nobody waited for it: ${error.name}: ${error.message}\n`,
    );
  };

/** What a process does for all that runs in it. */
const REFUSED = ['exit', 'reallyExit', 'abort', 'chdir', 'disconnect', 'removeAllListeners'] as const;

/** By these Node decides whether text is coloured: https://nodejs.org/api/tty.html#writestreamgetcolordepthenv */
export const COLOR_VARIABLES = ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS'] as const;

const LISTENING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const;

type Members = Record<string, (...parameters: unknown[]) => unknown>;

let guarded = false;

/** Guards this process, once. Must come before author code is loaded, or that may have what is not guarded yet. */
export function guardProcess(): void {
  if (guarded) return;
  guarded = true;
  // An error from deep in a package must still have the author's line on its stack.
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, STACK_FRAMES);
  const members = process as unknown as Members;
  const wrap = (name: string, around: (original: Members[string], parameters: unknown[]) => unknown): void => {
    const original = members[name];
    if (original === undefined) return;
    members[name] = (...parameters) => around(original.bind(process), parameters);
  };
  for (const name of REFUSED)
    wrap(name, (original, parameters) => {
      refuse(`process.${name}(${parameters.map(String).join(', ')})`);
      return original(...parameters);
    });
  wrap('kill', (original, [pid, ...others]) => {
    if (OWN(Number(pid)) && others[0] !== 0) refuse(`process.kill(${[pid, ...others].map(String).join(', ')})`);
    return original(pid, ...others);
  });
  // A listener runs on behalf of whoever added it.
  for (const name of LISTENING)
    wrap(name, (original, [event, listener]) =>
      original(event, running.getStore() === undefined ? listener : asItsAuthor(listener)),
    );
  guardTimeZone();
  for (const stream of [process.stdout, process.stderr]) guardStream(stream);
  syncBuiltinESMExports();
  tellStray('uncaughtException');
  tellStray('unhandledRejection');
}

const OWN = (pid: number): boolean => [0, process.pid, -process.pid, process.ppid].includes(pid);

/** @throws {TerminalError} REFUSED when author code runs */
function refuse(what: string): void {
  const author = running.getStore();
  if (author === undefined) return;
  const refusal = new TerminalError(
    'REFUSED',
    `${author.name} called ${what}, which is not for it to do: others work in the same process. Throw an error where it cannot go on`,
  );
  author.refuse(refusal);
  throw refusal;
}

/** Removed by the listener that was given, as always. */
const asItsAuthor = (listener: unknown): unknown =>
  typeof listener === 'function'
    ? Object.assign(AsyncLocalStorage.bind(listener as () => unknown), { listener })
    : listener;

/** `process.env.TZ = …` turns the clock of everything in the process. Other variables are for a program to set. */
function guardTimeZone(): void {
  process.env = new Proxy(process.env, {
    set(target, name, value) {
      if (name === 'TZ') refuse(`process.env.TZ = '${String(value)}'`);
      return Reflect.set(target, name, value);
    },
    deleteProperty(target, name) {
      if (name === 'TZ') refuse('delete process.env.TZ');
      return Reflect.deleteProperty(target, name);
    },
  });
}

/** What is printed on an author's behalf goes to whoever asked for it: among the lines of others nobody knows whose it is. */
function guardStream(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...parameters: unknown[]) => boolean;
  stream.write = (...parameters: unknown[]): boolean => {
    const { onPrinted } = running.getStore() ?? {};
    if (onPrinted === undefined) return write(...parameters);
    const [chunk] = parameters;
    onPrinted(typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString());
    const written = parameters.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  };
}

/** Takes the place of whoever listens already: they end the process, and still hear of what is not an author's. */
function tellStray(event: 'uncaughtException' | 'unhandledRejection'): void {
  const others = process.listeners(event as 'uncaughtException');
  process.removeAllListeners(event);
  process.on(event, (thrown: unknown, origin: unknown) => {
    const author = running.getStore();
    if (author !== undefined) return stray(author, thrown);
    if (others.length === 0) throw thrown;
    for (const other of others) other(thrown as Error, origin as NodeJS.UncaughtExceptionOrigin);
  });
}

/** Whoever is told must not throw, or be taken for the author. */
function stray(author: Running, thrown: unknown): void {
  const error = toError(thrown);
  if (author.isTold(error)) return;
  running.exit(() => author.onStray(error));
}
