/** Many trials in a row, and what came of them. */
import { availableParallelism } from 'node:os';
import type { Form } from './form.ts';
import { Judge, type CodeHash, type Judged, type Verdict } from './judge.ts';
import { shrink, toldTrial } from './shrink.ts';
import { trialOf, type Trial } from './trial.ts';

export interface Campaign {
  readonly families: readonly (readonly Form[])[];
  readonly hash: CodeHash;
  readonly count: number;
  /** Of the first trial; each next one has the next. */
  readonly seed: number;
  /** How many of the graphs that fail are shrunk, which takes a hundred runs or so of each. */
  readonly shrunk?: number;
}

export interface Tally {
  readonly trials: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Of edits that were called harmless, in graphs that can be analysed, and that gave the same: all, and those that would run. */
  readonly harmless: Share;
  /** Of those the ones that the guide names. */
  readonly inGuide: Share;
  /** Trials of graphs that can be analysed, and those that are untrusted by name nonetheless. */
  readonly analysable: Share;
  /** Edits that were called harmless and are not: the generator's mistake. */
  readonly harmful: readonly string[];
  /** Told for people, as small as they got. */
  readonly wrong: readonly string[];
  /** The edits that would run for nothing, and how often; the most frequent first. */
  readonly needless: readonly (readonly [string, number])[];
  readonly refusals: readonly (readonly [string, number])[];
}

export interface Share {
  readonly of: number;
  readonly are: number;
}

/** A lane runs the two versions of a trial side by side. */
const LANES = Math.max(1, Math.floor(availableParallelism() / 2));

export async function campaign({ families, hash, count, seed, shrunk = 5 }: Campaign): Promise<Tally> {
  const book = new Book();
  let next = 0;
  const lane = async (): Promise<void> => {
    const judge = new Judge(hash);
    try {
      while (next < count) {
        const trialSeed = seed + next++;
        const trial = trialOf(families, trialSeed);
        const judged = await judge.judge(trial);
        book.enter(trial, judged);
        if (judged.verdict === 'wrong' && book.wrong.length < shrunk)
          book.wrong.push(await told(trial, trialSeed, judge));
      }
    } finally {
      await judge.end();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return book.tally(count);
}

async function told(trial: Trial, seed: number, judge: Judge): Promise<string> {
  const smallest = await shrink(trial, async (candidate) => (await judge.judge(candidate)).verdict === 'wrong');
  const { before, after } = await judge.judge(smallest);
  return `seed ${seed}: the fingerprint is the same, and the result is another.\n${toldTrial(smallest)}\nbefore: ${before.output}\nafter: ${after.output}\n`;
}

class Book {
  readonly wrong: string[] = [];
  readonly #verdicts = { wrong: 0, seen: 0, spared: 0, needless: 0, untrusted: 0, refused: 0 };
  readonly #harmless = { of: 0, are: 0 };
  readonly #inGuide = { of: 0, are: 0 };
  readonly #analysable = { of: 0, are: 0 };
  readonly #harmful: string[] = [];
  readonly #needless = new Map<string, number>();
  readonly #refusals = new Map<string, number>();

  enter(trial: Trial, { verdict, sameOutput, before, after }: Judged): void {
    this.#verdicts[verdict]++;
    const reason = before.refused ?? after.refused;
    if (reason !== undefined) count(this.#refusals, reason.replaceAll(/\/\S*/g, '…'));
    if (verdict === 'refused' || trial.opaque) return;
    this.#analysable.of++;
    if (verdict === 'untrusted') this.#analysable.are++;
    if (!trial.harmless) return;
    if (!sameOutput) this.#harmful.push(`${trial.edit} of ${trial.forms.join(', ')}`);
    const needless = verdict === 'needless';
    const shares = trial.inGuide ? [this.#harmless, this.#inGuide] : [this.#harmless];
    for (const share of shares) {
      share.of++;
      if (needless) share.are++;
    }
    if (needless) count(this.#needless, trial.edit.replaceAll(/\d+/g, 'N'));
  }

  tally(trials: number): Tally {
    const byCount = (counts: ReadonlyMap<string, number>): [string, number][] =>
      [...counts].sort((a, b) => b[1] - a[1]);
    return {
      trials,
      verdicts: this.#verdicts,
      harmless: this.#harmless,
      inGuide: this.#inGuide,
      analysable: this.#analysable,
      harmful: this.#harmful,
      wrong: this.wrong,
      needless: byCount(this.#needless),
      refusals: byCount(this.#refusals),
    };
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const percent = ({ of, are }: Share): string => `${are} of ${of} (${((100 * are) / Math.max(1, of)).toFixed(1)} %)`;

/** The figures, a line each. */
export function toldTally({ trials, verdicts, harmless, inGuide, analysable, needless, refusals }: Tally): string {
  const most = (counts: readonly (readonly [string, number])[]): string =>
    counts
      .slice(0, 10)
      .map(([what, times]) => `\n    ${times} × ${what}`)
      .join('');
  return [
    `${trials} graphs: ${Object.entries(verdicts)
      .map(([verdict, times]) => `${times} ${verdict}`)
      .join(', ')}`,
    `  harmless edits that would run: ${percent(harmless)}; of those that the guide names: ${percent(inGuide)}${most(needless)}`,
    `  untrusted by name though they can be analysed: ${percent(analysable)}`,
    ...(refusals.length === 0 ? [] : [`  refused:${most(refusals)}`]),
  ].join('\n');
}
