/** Ports of a process that dies at one of its effects: before it, or after it and before it hears of it. */
import type { Ports } from '../../src/compose.ts';
import type { HeldTask } from '../../src/steps/ports.ts';

/** Which call of the outside world is the last, from 1, and whether it still takes place. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export interface Mortal {
  readonly ports: Ports;
  /** Resolves with the name of the last call. */
  readonly died: Promise<string>;
}

/** From its death on nothing that the process asked for comes back; what waits for it waits for ever. */
export function mortal(ports: Ports, { at, when }: Death): Mortal {
  const death = Promise.withResolvers<string>();
  let calls = 0;
  let dead = false;
  const never = new Promise<never>(() => {});

  const effect = async (name: string, act: () => unknown): Promise<unknown> => {
    if (dead) return never;
    const last = ++calls === at;
    if (last && when === 'before') return die(name);
    const answer = await act();
    if (last) return die(name);
    return dead ? never : answer;
  };
  const die = (name: string): Promise<never> => {
    dead = true;
    death.resolve(name);
    return never;
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
