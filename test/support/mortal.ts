/** Ports of a process that stops at one of its calls of the outside world: it dies there, or it is paused and woken later. */
import type { Ports } from '../../src/compose.ts';
import type { HeldTask } from '../../src/mill/ports/tasks.ts';

/** Which call is the last, from 1: does it still take place, unheard of? */
export interface Stop {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export interface Mortal {
  readonly ports: Ports;
  /** Resolves with the name of the call that it stopped at. */
  readonly died: Promise<string>;
  /** A paused container goes on where it stopped, late. One that is never woken is dead. */
  wake(): void;
}

export function mortal(ports: Ports, { at, when }: Stop): Mortal {
  const death = Promise.withResolvers<string>();
  const awake = Promise.withResolvers<void>();
  let calls = 0;
  let stopped = false;

  const stop = (name: string): Promise<void> => {
    stopped = true;
    death.resolve(name);
    return awake.promise;
  };
  const effect = async (name: string, act: () => unknown): Promise<unknown> => {
    if (stopped) await awake.promise;
    const last = ++calls === at;
    if (last && when === 'before') await stop(name);
    const answer = await act();
    if (last && when === 'after') await stop(name);
    // Whatever else was under way is not heard of either.
    if (stopped) await awake.promise;
    return answer;
  };
  const wrap = <T extends object>(port: string, target: T, spared: readonly string[] = []): T =>
    new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== 'function' || spared.includes(String(property))) return value;
        return async (...args: unknown[]) => {
          const answer = await effect(`${port}.${String(property)}`, () => Reflect.apply(value, target, args));
          return isClaim(answer) ? { ...answer, held: wrap('task', answer.held) } : answer;
        };
      },
    });

  return {
    died: death.promise,
    wake() {
      stopped = false;
      awake.resolve();
    },
    ports: {
      ...ports,
      planning: wrap('planning', ports.planning),
      tasks: wrap('tasks', ports.tasks),
      runs: wrap('runs', ports.runs),
      queue: wrap('queue', ports.queue),
      callbacks: wrap('callbacks', ports.callbacks, ['assertUrl']),
      artifacts: wrap('artifacts', ports.artifacts, ['recall', 'remember']),
    },
  };
}

/** What `tasks.claim` answers when the task was taken. */
const isClaim = (answer: unknown): answer is { readonly held: HeldTask } =>
  typeof answer === 'object' && answer !== null && 'held' in answer && answer.held !== undefined;
