/** Runs executions: commits each turn, then starts what it opened, and delivers what comes back. */
import type { State } from '../state.ts';
import { Driver } from './driver.ts';
import type { Advance, End, Sources, Turn } from './driver.ts';
import type { Outcome } from './effect.ts';
import { payloadOf, systemError } from './errors.ts';
import { sendHttp } from './http-client.ts';
import { parseProgram } from './parse.ts';
import type { ExecutionResource, Store, WorkflowResource } from './store.ts';
import { rfc3339, seconds } from './timestamp.ts';
import type { Timers } from './timers.ts';
import { fromJson } from './value.ts';
import type { ValueMap } from './value.ts';

interface Running {
  readonly driver: Driver;
  readonly execution: ExecutionResource;
  /** Stops what an open wait has started, by wait. */
  readonly cancels: Map<number, () => void>;
  turns: number;
  /** One thing at a time happens to an execution; this is the last of them. */
  tail: Promise<void>;
  stopped: boolean;
}

export interface RunnerOptions {
  readonly state: State;
  readonly store: Store;
  readonly timers: Timers;
  readonly log: (line: string) => void;
  sources(workflow: WorkflowResource, execution: ExecutionResource): Sources;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<string, Running>();
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Starts an execution that has just been committed. */
  start(workflow: WorkflowResource, execution: ExecutionResource): void {
    if (this.#closed) return; // it is on disk, and active
    const running = this.#open(workflow, execution);
    void this.#then(running, () => this.#advance(running));
  }

  /** Takes up every execution that was active when the process ended. */
  resumeAll(): void {
    const { store } = this.#options;
    for (const execution of store.activeExecutions()) {
      const name = execution.name.split('/executions/')[0] ?? '';
      const workflow = store.revision(name, execution.workflowRevisionId);
      if (workflow === undefined) continue; // deleted with its workflow
      try {
        const running = this.#open(workflow, execution);
        const turns = store.turns(execution.name);
        for (const turn of turns) running.driver.replay(turn);
        running.turns = turns.length;
        void this.#then(running, () => this.#resume(running));
      } catch (error) {
        this.#cannotResume(execution, error);
      }
    }
  }

  /** Looks for callbacks that an execution waits for and that have come. */
  offer(name: string): void {
    const running = this.#running.get(name);
    if (running !== undefined) void this.#then(running, () => this.#offer(running));
  }

  /** Answers the execution as it then is; undefined if it is not running. */
  async cancel(name: string): Promise<ExecutionResource | undefined> {
    const running = this.#running.get(name);
    if (running === undefined) return undefined;
    let cancelled: ExecutionResource | undefined;
    await this.#then(running, async () => {
      const ended = { ...running.execution, ...this.#ending(running.execution), state: 'CANCELLED' as const };
      await this.#options.state.write(() => this.#options.store.putEnd(ended));
      this.#stop(running);
      cancelled = ended;
    });
    return cancelled;
  }

  waiters(name: string, callback: string): number {
    const waits = this.#running.get(name)?.driver.waits.values() ?? [];
    return Array.from(waits).filter(({ effect }) => effect.kind === 'callback' && effect.id === callback).length;
  }

  current(name: string): { routine: string; step: string } | undefined {
    return this.#running.get(name)?.driver.current;
  }

  /** Stops everything, and starts nothing any more. */
  close(): Promise<void> {
    this.#closed = true;
    return this.stopAll();
  }

  /** Stops everything in memory; what is on disk can be resumed. */
  async stopAll(): Promise<void> {
    const stopped = [...this.#running.values()];
    for (const running of stopped) this.#stop(running);
    await Promise.all(stopped.map(({ tail }) => tail));
  }

  #open(workflow: WorkflowResource, execution: ExecutionResource): Running {
    const program = parseProgram(workflow.sourceContents);
    const argument = execution.argument === undefined ? null : fromJson(execution.argument);
    const driver = new Driver(program, argument, this.#options.sources(workflow, execution));
    const running = { driver, execution, cancels: new Map(), turns: 0, tail: Promise.resolve(), stopped: false };
    this.#running.set(execution.name, running);
    return running;
  }

  #then(running: Running, work: () => Promise<void>): Promise<void> {
    running.tail = running.tail
      .then(() => (running.stopped ? undefined : work()))
      .catch((error: unknown) => {
        // The turn is not on disk. Going on would lose it, so the execution rests until the next start.
        this.#stop(running);
        this.#options.log(
          `workflows: ${running.execution.name} stopped, it resumes at the next start: ${String(error)}`,
        );
      });
    return running.tail;
  }

  async #resume(running: Running): Promise<void> {
    if (running.turns === 0) return this.#advance(running);
    this.#begin(running, [...running.driver.waits.keys()]);
    return this.#offer(running);
  }

  /** Another version of the emulator has written the journal, or somebody else has. */
  #cannotResume(execution: ExecutionResource, cause: unknown): void {
    const { state, store, log } = this.#options;
    this.#running.delete(execution.name);
    const { value } = systemError('SystemError', `the emulator cannot resume this execution: ${String(cause)}`);
    const end: End = { state: 'FAILED', error: { payload: payloadOf(value), context: '', trace: [] } };
    log(`workflows: ${execution.name} FAILED: ${end.error.payload}`);
    const ended = { ...execution, ...this.#ending(execution), ...endFields(end) };
    void state.write(() => store.putEnd(ended)).catch((error: unknown) => log(`workflows: ${String(error)}`));
  }

  /** One turn: run, commit, start. */
  async #advance(running: Running, event?: Turn['event'], callback?: string): Promise<void> {
    const { state, store } = this.#options;
    const { name } = running.execution;
    const advance: Advance = running.driver.advance(event);
    await state.write(() => {
      if (store.execution(name) === undefined) throw new Error('it has been deleted with its workflow');
      if (callback !== undefined) store.putPayload(name, callback, undefined);
      for (const { id, method } of advance.callbacks) store.putCallback(name, id, method);
      if (advance.end === undefined) store.putTurn(name, running.turns, advance.turn);
      else store.putEnd({ ...running.execution, ...this.#ending(running.execution), ...endFields(advance.end) });
    });
    running.turns++;
    if (advance.end !== undefined) {
      const { end } = advance;
      this.#options.log(`workflows: ${name} ${end.state}${end.state === 'FAILED' ? `: ${end.error.context}` : ''}`);
      this.#stop(running);
      return;
    }
    if (running.stopped) return; // while it was written
    this.#begin(running, advance.opened);
    await this.#offer(running);
  }

  async #offer(running: Running): Promise<void> {
    for (const [wait, { effect }] of running.driver.waits) {
      if (effect.kind !== 'callback') continue;
      const payload = this.#options.store.callback(running.execution.name, effect.id)?.payload;
      if (payload === undefined) continue;
      running.cancels.get(wait)?.();
      running.cancels.delete(wait);
      // The next turn offers again, so that one callback after the other finds its waiter.
      return this.#advance(running, { wait, outcome: { kind: 'value', value: payload } }, effect.id);
    }
  }

  #begin(running: Running, waits: readonly number[]): void {
    for (const wait of waits) running.cancels.set(wait, this.#startWait(running, wait));
  }

  #startWait(running: Running, wait: number): () => void {
    const effect = running.driver.waits.get(wait)?.effect;
    const deliver = (outcome: Outcome): void => {
      void this.#then(running, async () => {
        if (!running.driver.waits.has(wait)) return; // a callback came first
        running.cancels.delete(wait);
        await this.#advance(running, { wait, outcome });
      });
    };
    const fail = (tag: 'TimeoutError' | 'ValueError', message: string): void =>
      deliver({ kind: 'error', error: systemError(tag, message).value as ValueMap });
    const { timers, store } = this.#options;
    if (effect?.kind === 'http') {
      const controller = new AbortController();
      void sendHttp(effect.call, controller.signal).then(deliver);
      return () => controller.abort();
    }
    if (effect?.kind === 'sleep') return timers.at(effect.until, () => deliver({ kind: 'value', value: null }));
    if (effect === undefined || store.callback(running.execution.name, effect.id) === undefined) {
      return timers.at(0, () => fail('ValueError', 'this execution has not created that callback endpoint'));
    }
    return timers.at(effect.until, () => fail('TimeoutError', 'no callback arrived in time'));
  }

  #ending(execution: ExecutionResource): { endTime: string; duration: string } {
    const now = this.#options.timers.now();
    return { endTime: rfc3339(now), duration: seconds(now - Date.parse(execution.startTime)) };
  }

  #stop(running: Running): void {
    running.stopped = true;
    for (const cancel of running.cancels.values()) cancel();
    running.cancels.clear();
    if (this.#running.get(running.execution.name) === running) this.#running.delete(running.execution.name);
  }
}

function endFields(end: End): Partial<ExecutionResource> {
  if (end.state === 'SUCCEEDED') return end;
  const { payload, context, trace } = end.error;
  const elements = trace.map(({ step, routine, position }) => ({
    step,
    routine,
    position: { line: String(position.line), column: String(position.column), length: String(step.length) },
  }));
  return { state: end.state, error: { payload, context, stackTrace: { elements } } };
}
