/** Ports of a process that is killed at one of its calls of the outside world: before it takes place, or after, unheard of. */

export interface Kill {
  /** Which call is the last, from 1. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Counts the calls of all that it wraps; from the last on, none answers. */
export function killedAt({ at, when }: Kill): {
  readonly wrap: <T extends object>(port: T) => T;
  readonly call: <A extends unknown[], R>(act: (...given: A) => Promise<R>) => (...given: A) => Promise<R>;
} {
  let calls = 0;
  const call =
    <A extends unknown[], R>(act: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const number = ++calls;
      if (number > at || (number === at && when === 'before')) throw new Killed();
      const answer = await act(...given);
      if (number === at) throw new Killed();
      return answer;
    };
  return {
    call,
    wrap: (port) =>
      new Proxy(port, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          return call((...given: unknown[]) => Reflect.apply(value, target, given) as Promise<unknown>);
        },
      }),
  };
}
