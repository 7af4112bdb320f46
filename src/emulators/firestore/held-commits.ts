/** Commits that are visible late, on demand: the service takes a request, and its commit follows in its own time. */

export interface HeldCommits {
  /** Settles at once, or when the commit of these documents is let go. */
  readonly pass: (names: readonly string[]) => Promise<void> | undefined;
  /** Holds what touches such documents, until it is called back. */
  readonly hold: (touches: (name: string) => boolean) => Hold;
}

export interface Hold {
  /** Settles once a commit is held. */
  readonly caught: Promise<void>;
  /** Lets go what is held; nothing is held any more. */
  release(): void;
}

interface Held {
  readonly touches: (name: string) => boolean;
  readonly caught: () => void;
  readonly released: Promise<void>;
}

export function heldCommits(): HeldCommits {
  const holds = new Set<Held>();
  return {
    pass(names) {
      const holding = [...holds].filter(({ touches }) => names.some((name) => touches(name)));
      if (holding.length === 0) return undefined;
      for (const { caught } of holding) caught();
      return Promise.all(holding.map(({ released }) => released)).then(() => {});
    },
    hold(touches) {
      const caught = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const hold = { touches, caught: caught.resolve, released: released.promise };
      holds.add(hold);
      return {
        caught: caught.promise,
        release() {
          holds.delete(hold);
          released.resolve();
        },
      };
    },
  };
}
