/**
 * Wrong skips that code changes could make: edits that change what a computation does, and edits that do not, each through the real
 * verdict. What an edit does is judged on many more days than a verdict looks at.
 */
import { availableParallelism } from 'node:os';
import { CHANGING, HARMLESS, REARRANGING } from './mutants/families.ts';
import { batched, chosen, hidden } from './mutants/choose.ts';
import { PROJECT_NAMES } from './mutants/project-text.ts';
import { subjectsOf } from './mutants/subjects.ts';
import { isSpared, isWrong, type Row, tally, total } from './mutants/tally.ts';
import { type Batch, runTrials } from './mutants/trials.ts';
import type { Trial } from './mutants/trial.ts';
import { described, type Variant } from './mutants/variant.ts';

interface Sizes {
  readonly mutants: number;
  readonly rearrangements: number;
  readonly hidden: number;
  readonly refactorings: number;
}

const LARGE: Sizes = { mutants: 8_200, rearrangements: 3_800, hidden: 500, refactorings: 1_500 };
const QUICK: Sizes = { mutants: 300, rearrangements: 200, hidden: 40, refactorings: 100 };

export async function benchMutants({ quick }: { readonly quick: boolean }): Promise<void> {
  const sizes = quick ? QUICK : LARGE;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  // A process waits while its sandbox works.
  const lanes = 1 + availableParallelism();
  const all = (await Promise.all(PROJECT_NAMES.map(subjectsOf))).flat();
  // A process for each computation takes longer than a few edits of it.
  const subjects = quick ? all.filter((_, at) => at % 5 === 0) : all;
  const mutants = chosen(subjects, CHANGING, sizes.mutants, 'mutants');
  const rearranged = chosen(subjects, REARRANGING, sizes.rearrangements, 'rearrangements');
  const both = hidden(rearranged, HARMLESS, 'hidden').slice(0, sizes.hidden);
  const refactored = chosen(subjects, HARMLESS, sizes.refactorings, 'refactorings');
  print(`${mutants.length + rearranged.length + both.length} mutants of ${subjects.length} computations\n`);
  const hostile = await tried([...batched(mutants), ...batched(rearranged), ...batched(both)], lanes);
  printMutants(hostile);
  print(`\n${refactored.length} refactorings\n`);
  printRefactorings(await tried(batched(refactored), lanes));
}

interface Tried {
  readonly batch: Batch;
  readonly variant: Variant;
  readonly trial: Trial;
}

async function tried(batches: readonly Batch[], lanes: number): Promise<Tried[]> {
  let done = 0;
  const count = batches.reduce((sum, { variants }) => sum + variants.length, 0);
  const results = await runTrials(batches, {
    lanes,
    onBatch(batch, trials) {
      done += trials.length;
      process.stderr.write(`${done} of ${count}: ${batch.subject.computation}\n`);
      for (const [at, trial] of trials.entries())
        if (isSpared(trial))
          process.stderr.write(`${lineOf({ batch, variant: batch.variants[at] as Variant, trial })}\n`);
    },
  });
  return batches.flatMap((batch, at) =>
    batch.variants.map((variant, index): Tried => ({ batch, variant, trial: results[at]?.[index] as Trial })),
  );
}

function printMutants(all: readonly Tried[]): void {
  const rows = tally(all.map(({ variant, trial }) => [variant.family, trial]));
  print(
    '| family | mutants | refused by syntax | not proven | different | SAME, wrongly | alike: not proven | alike: SAME |',
  );
  print('|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const { family, changed, refused, notProven, different, wrong, alike } of [...rows, total(rows)]) {
    const rest = alike.notProven + alike.different + alike.unchanged;
    print(`| ${family} | ${changed} | ${refused} | ${notProven} | ${different} | ${wrong} | ${rest} | ${alike.same} |`);
  }
  const { changed, wrong } = total(rows);
  print(
    `\ncalled SAME and not: ${wrong} of ${changed}, ${((1_000 * wrong) / Math.max(changed, 1)).toFixed(2)} in 1,000`,
  );
  list('called SAME, and a day differs', all, isWrong);
  list(
    'called SAME, and no day is known that differs',
    all,
    ({ judged, verdict }) => judged === 'alike' && verdict === 'SAME',
  );
}

function printRefactorings(all: readonly Tried[]): void {
  const rows: Row[] = tally(all.map(({ variant, trial }) => [variant.family, trial]));
  print('| family | edits | hash unchanged | proven | not proven | different | defects of the generator |');
  print('|---|--:|--:|--:|--:|--:|--:|');
  for (const { family, edits, changed, alike } of [...rows, total(rows)])
    print(
      `| ${family} | ${edits - changed} | ${alike.unchanged} | ${alike.same} | ${alike.notProven} | ${alike.different} | ${changed} |`,
    );
  const { edits, changed, alike } = total(rows);
  const harmless = edits - changed;
  print(
    `\nspared: ${share(alike.unchanged + alike.same, harmless)}; of those whose hash changed: ${share(alike.same, harmless - alike.unchanged)}`,
  );
  list('called SAME, and a day differs', all, isWrong);
}

const share = (part: number, whole: number): string =>
  `${part} of ${whole}, ${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;

function list(title: string, all: readonly Tried[], is: (trial: Trial) => boolean): void {
  const found = all.filter(({ trial }) => is(trial));
  print(`\n${title}: ${found.length}`);
  for (const each of found) print(`- ${lineOf(each)}`);
}

function lineOf({ batch: { subject }, variant, trial: { judged, verdict, seen } }: Tried): string {
  const what = described(variant, subject.texts[variant.module] ?? '');
  return `${judged}, ${verdict}: ${subject.computation}, ${variant.family}: ${what} ${seen}`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
