/**
 * Drives one execution, turn by turn, and replays it.
 *
 * An execution survives a restart as a journal of its turns, not as saved interpreter state: a turn is one outcome
 * from outside (an HTTP answer, a timer, a callback) plus the answers that the host gave while the interpreter ran on
 * from it (clock, ids). The interpreter has no other input and branches run one at a time, so that running the same
 * turns again leads to exactly the same place, with the same waits open. It is the simplest form that is exact:
 * generators cannot be written to disk, and a step needs no code of its own for saving.
 *
 * Invariant: a turn is on disk before any wait that it opened begins. So an outcome is never lost, and only an HTTP
 * call that was under way when the process died is sent a second time.
 */
import type { Coroutine, Effect, Fork, Host, Outcome } from './effect.ts';
import { contextOf, payloadOf, Raised, systemError } from './errors.ts';
import type { TraceElement } from './errors.ts';
import { Interpreter } from './interpret.ts';
import type { Program } from './program.ts';
import { encodeJson } from './stdlib/data.ts';
import type { Value } from './value.ts';

type Answer = string | number;

/** What the journal holds of a turn. The first has no event. */
export interface Turn {
  readonly event?: { readonly wait: number; readonly outcome: Outcome };
  readonly answers: readonly Answer[];
}

export type End =
  | { readonly state: 'SUCCEEDED'; readonly result: string }
  | {
      readonly state: 'FAILED';
      readonly error: { readonly payload: string; readonly context: string; readonly trace: readonly TraceElement[] };
    };

/** A turn that has just run: what to write, then what to start. */
export interface Advance {
  readonly turn: Turn;
  readonly opened: readonly number[];
  readonly callbacks: readonly { readonly id: string; readonly method: string }[];
  readonly end?: End;
}

/** The live sources behind a Host; asked in a new turn only, never in a replay. */
export interface Sources extends Pick<Host, 'now' | 'uuid' | 'log' | 'environment'> {
  callbackUrl(id: string): string;
  /** `now` in epoch milliseconds. */
  token(audience: string | undefined, now: number): string;
}

interface Thread {
  readonly coroutine: Coroutine<void>;
  readonly join?: Join;
}

interface Join {
  readonly parent: Thread;
  readonly waiting: Coroutine<void>[];
  running: number;
}

const NOTHING: Outcome = { kind: 'value', value: null };

export class Driver {
  /** Open waits by number, oldest first. */
  readonly waits = new Map<number, { readonly effect: Effect; readonly thread: Thread }>();
  readonly #interpreter: Interpreter;
  readonly #main: Thread;
  readonly #sources: Sources;
  #nextWait = 0;
  #replaying: Answer[] | undefined;
  #answers: Answer[] = [];
  #callbacks: { id: string; method: string }[] = [];
  #end: End | undefined;

  constructor(program: Program, argument: Value, sources: Sources) {
    this.#sources = sources;
    this.#interpreter = new Interpreter(program, this.#host());
    this.#main = { coroutine: this.#run(argument) };
  }

  get current(): { routine: string; step: string } | undefined {
    return this.#interpreter.current;
  }

  /** Runs a journaled turn again. */
  replay(turn: Turn): void {
    this.#replaying = [...turn.answers];
    this.#turn(turn.event);
    if (this.#replaying.length > 0) throw new Error('the journal has answers that nothing asked for');
    this.#replaying = undefined;
    this.#callbacks = []; // registered when the turn was new
  }

  /** Runs until everything waits again: from the start, or from the outcome of an open wait. */
  advance(event?: Turn['event']): Advance {
    const before = this.#nextWait;
    this.#turn(event);
    const opened = [...this.waits.keys()].filter((wait) => wait >= before);
    const turn = { answers: this.#answers, ...(event && { event }) };
    const callbacks = this.#callbacks;
    this.#answers = [];
    this.#callbacks = [];
    return { turn, opened, callbacks, ...(this.#end && { end: this.#end }) };
  }

  #turn(event: Turn['event']): void {
    if (event === undefined) {
      this.#resume(this.#main, NOTHING);
      return;
    }
    const wait = this.waits.get(event.wait);
    if (wait === undefined) throw new Error(`the journal answers wait ${event.wait}, which is not open`);
    this.waits.delete(event.wait);
    this.#resume(wait.thread, event.outcome);
  }

  #resume(first: Thread, outcome: Outcome): void {
    const ready: [Thread, Outcome][] = [[first, outcome]];
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
      const [thread, input] = next;
      const { done, value } = thread.coroutine.next(input);
      if (done === true) {
        if (thread.join !== undefined) this.#joined(thread.join, ready);
      } else if (value.kind === 'fork') this.#fork(value, thread, ready);
      else this.waits.set(this.#nextWait++, { effect: value, thread });
    }
  }

  #fork({ branches, limit }: Fork, parent: Thread, ready: [Thread, Outcome][]): void {
    const join: Join = { parent, waiting: [...branches], running: Math.min(limit, branches.length) };
    if (branches.length === 0) ready.push([parent, NOTHING]);
    for (const coroutine of join.waiting.splice(0, join.running)) ready.push([{ coroutine, join }, NOTHING]);
  }

  #joined(join: Join, ready: [Thread, Outcome][]): void {
    const coroutine = join.waiting.shift();
    if (coroutine !== undefined) ready.push([{ coroutine, join }, NOTHING]);
    else if (--join.running === 0) ready.push([join.parent, NOTHING]);
  }

  *#run(argument: Value): Coroutine<void> {
    try {
      const result = encodeJson(yield* this.#interpreter.main(argument));
      this.#end = { state: 'SUCCEEDED', result };
    } catch (thrown) {
      // Anything but a raised value is a fault of this emulator; the service's word for its own is SystemError.
      const error =
        thrown instanceof Raised ? thrown : systemError('SystemError', `in the emulator: ${String(thrown)}`);
      const { trace } = error;
      this.#end = { state: 'FAILED', error: { payload: payloadOf(error.value), context: contextOf(error), trace } };
    }
  }

  #host(): Host {
    const sources = this.#sources;
    const now = (): number => this.#answer(() => sources.now());
    const uuid = (): string => this.#answer(() => sources.uuid());
    return {
      now,
      uuid,
      environment: sources.environment,
      token: (audience) => sources.token(audience, now()),
      log: (severity, text) => {
        if (this.#replaying === undefined) sources.log(severity, text);
      },
      createCallback: (method) => {
        const id = uuid();
        this.#callbacks.push({ id, method });
        return this.#answer(() => sources.callbackUrl(id));
      },
    };
  }

  #answer<T extends Answer>(ask: () => T): T {
    if (this.#replaying === undefined) {
      const answer = ask();
      this.#answers.push(answer);
      return answer;
    }
    const answer = this.#replaying.shift();
    if (answer === undefined) throw new Error('the journal is missing an answer');
    return answer as T;
  }
}
