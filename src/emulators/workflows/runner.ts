/** Runs executions: commits each turn, then starts what it opened, and delivers what comes back. */
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { Driver } from './driver.ts';
import type { End, Sources, Turn } from './driver.ts';
import type { Outcome } from './effect.ts';
import { payloadOf, systemError } from './errors.ts';
import { failure, sendHttp } from './http-client.ts';
import { parseProgram } from './parse.ts';
import type { ExecutionResource, Store, WorkflowResource } from './store.ts';
import { fromJson } from './parse-json.ts';

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
      const workflow = store.revision(execution.name.split('/executions/')[0] ?? '', execution.workflowRevisionId);
      if (workflow === undefined) continue; // deleted with its workflow
      try {
        const running = this.#open(workflow, execution);
        const turns = store.turns(execution.name);
        for (const turn of turns) running.driver.replay(turn);
        running.turns = turns.length;
        void this.#then(running, () => (turns.length === 0 ? this.#advance(running) : this.#wait(running)));
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
    let cancelled: ExecutionResource | undefined;
    if (running !== undefined) {
      await this.#then(running, async () => {
        const ended = this.#ended(running.execution, { state: 'CANCELLED' });
        await this.#options.state.write(() => this.#options.store.putEnd(ended));
        this.#stop(running);
        cancelled = ended;
      });
    }
    return cancelled;
  }

  waiters(name: string, callback: string): number {
    const running = this.#running.get(name);
    // A wait is started once its turn is on disk: what a crash could take back is not shown.
    return Array.from(running?.driver.waits ?? []).filter(
      ([wait, { effect }]) =>
        effect.kind === 'callback' && effect.id === callback && running?.cancels.has(wait) === true,
    ).length;
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
        const { name } = running.execution;
        this.#options.log(`Workflows: ${name} stopped, it resumes at the next start: ${String(error)}`);
      });
    return running.tail;
  }

  /** Another version of the emulator has written the journal, or somebody else has. */
  #cannotResume(execution: ExecutionResource, cause: unknown): void {
    const { state, store, log } = this.#options;
    this.#running.delete(execution.name);
    const { value } = systemError('SystemError', `the emulator cannot resume this execution: ${String(cause)}`);
    const payload = payloadOf(value);
    log(`Workflows: ${execution.name} FAILED: ${payload}`);
    const ended = this.#ended(execution, { state: 'FAILED', error: { payload, context: '', trace: [] } });
    void state.write(() => store.putEnd(ended)).catch((error: unknown) => log(`Workflows: ${String(error)}`));
  }

  /** One turn: run, commit, start. `callback` is the endpoint whose payload the turn takes. */
  async #advance(running: Running, event?: Turn['event'], callback?: string): Promise<void> {
    const { state, store, log } = this.#options;
    const { name } = running.execution;
    const { turn, opened, callbacks, end } = running.driver.advance(event);
    await state.write(() => {
      if (store.findExecution(name) === undefined) throw new Error('it has been deleted with its workflow');
      if (callback !== undefined) store.putPayload(name, callback, undefined);
      for (const { id, method } of callbacks) store.putCallback(name, id, method);
      if (end === undefined) store.putTurn(name, running.turns, turn);
      else store.putEnd(this.#ended(running.execution, end));
    });
    running.turns++;
    if (end !== undefined) {
      log(`Workflows: ${name} ${end.state}${end.state === 'FAILED' ? `: ${end.error.context}` : ''}`);
      this.#stop(running);
    } else if (!running.stopped) await this.#wait(running, opened); // it may have been, while the turn was written
  }

  /** Starts what open waits wait for. */
  #wait(running: Running, waits: readonly number[] = [...running.driver.waits.keys()]): Promise<void> {
    for (const wait of waits) running.cancels.set(wait, this.#startWait(running, wait));
    return this.#offer(running);
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

  #startWait(running: Running, wait: number): () => void {
    const effect = running.driver.waits.get(wait)?.effect;
    const deliver = (outcome: Outcome): void => {
      void this.#then(running, async () => {
        if (!running.driver.waits.has(wait)) return; // a callback came first
        running.cancels.delete(wait);
        await this.#advance(running, { wait, outcome });
      });
    };
    const { timers, store } = this.#options;
    if (effect?.kind === 'http') {
      const controller = new AbortController();
      void sendHttp(effect.call, controller.signal, timers).then(deliver);
      return () => controller.abort();
    }
    if (effect?.kind === 'sleep') return timers.at(effect.until, () => deliver({ kind: 'value', value: null }));
    if (effect === undefined || store.callback(running.execution.name, effect.id) === undefined) {
      deliver(failure('ValueError', 'this execution has not created that callback endpoint'));
      return () => {};
    }
    return timers.at(effect.until, () => deliver(failure('TimeoutError', 'no callback arrived in time')));
  }

  #ended(execution: ExecutionResource, end: End | { readonly state: 'CANCELLED' }): ExecutionResource {
    const now = this.#options.timers.now();
    const milliseconds = Math.max(0, now - Date.parse(execution.startTime));
    return {
      ...execution,
      endTime: new Date(now).toISOString(),
      duration: `${(milliseconds / 1000).toFixed(3)}s`,
      ...end,
      ...(end.state === 'FAILED' && { error: errorResource(end.error) }),
    };
  }

  #stop(running: Running): void {
    running.stopped = true;
    for (const cancel of running.cancels.values()) cancel();
    running.cancels.clear();
    if (this.#running.get(running.execution.name) === running) this.#running.delete(running.execution.name);
  }
}

function errorResource({ payload, context, trace }: (End & { state: 'FAILED' })['error']): object {
  const elements = trace.map(({ step, routine, position }) => ({
    step,
    routine,
    position: { line: String(position.line), column: String(position.column), length: String(step.length) },
  }));
  return { payload, context, stackTrace: { elements } };
}
