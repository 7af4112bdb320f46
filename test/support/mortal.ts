/** Ports of a process that dies at one of its effects: before it, or after it and before it hears of it. */
import type { Ports } from '../../src/compose.ts';

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
        const name = `${port}.${String(property)}`;
        if (typeof value !== 'function' || spared.includes(String(property))) return value;
        return (...args: unknown[]) => effect(name, () => Reflect.apply(value, target, args));
      },
    });

  return {
    died: death.promise,
    ports: {
      ...ports,
      planning: wrap('planning', ports.planning),
      runs: wrap('runs', ports.runs),
      queue: wrap('queue', ports.queue),
      callbacks: wrap('callbacks', ports.callbacks, ['assertUrl']),
      artifacts: wrap('artifacts', ports.artifacts, ['recall', 'remember']),
      tasks: {
        ...wrap('tasks', ports.tasks),
        read: (id) => effect('tasks.read', () => ports.tasks.read(id)) as ReturnType<typeof ports.tasks.read>,
        lastOf: (name) =>
          effect('tasks.lastOf', () => ports.tasks.lastOf(name)) as ReturnType<typeof ports.tasks.lastOf>,
        async claim(id, decide) {
          const claimed = await (effect('tasks.claim', () => ports.tasks.claim(id, decide)) as ReturnType<
            typeof ports.tasks.claim<ReturnType<typeof decide>>
          >);
          return claimed?.held === undefined ? claimed : { ...claimed, held: wrap('task', claimed.held) };
        },
      },
    },
  };
}
