/** Engines that do the same work, round by round in turns, so that what else the machine does falls on all of them. */

export interface Timing {
  readonly cells: number;
  readonly seconds: number;
  /** Milliseconds of processor time, by process. */
  readonly processor: ReadonlyMap<string, number>;
  /** Of what is stored of a cell; undefined where it was not looked at. */
  readonly bytes?: number | undefined;
}

export interface Contender<T extends Timing = Timing> {
  readonly name: string;
  readonly versions: string;
  /** How it keeps what it has answered. */
  readonly durability: string;
  /** Which of its processes are the store's. */
  readonly server: readonly string[];
  /** Makes the cells of `days` days from `first` on, and looks whether all are there. */
  round(first: number, days: number): Promise<T>;
  close(): Promise<void>;
}

/** After a day that warms up. Who fails is said to `say`, closed and left out. */
export async function inTurns(
  contenders: readonly Contender[],
  { rounds, days }: { readonly rounds: number; readonly days: number },
  say: (line: string) => void,
): Promise<Map<Contender, Timing[]>> {
  const timings = new Map<Contender, Timing[]>(contenders.map((one) => [one, []]));
  const turn = async (first: number, count: number, keep: boolean): Promise<void> => {
    for (const [contender, of] of timings) {
      try {
        const timing = await contender.round(first, count);
        if (keep) of.push(timing);
      } catch (error) {
        say(`${contender.name}: left out, ${(error as Error).message}\n`);
        timings.delete(contender);
      }
    }
  };
  try {
    await turn(0, 1, false);
    for (let round = 0; round < rounds; round++) await turn(1 + round * days, days, true);
  } finally {
    await Promise.all(contenders.map((one) => one.close()));
  }
  return timings;
}
