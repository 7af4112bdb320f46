/** Edits that change what a computation does are not called cosmetic, and harmless ones mostly are. All of it: `npm run bench -- mutants`. */
import { beforeAll, expect, test } from 'vitest';
import { CHANGING, HARMLESS, REARRANGING } from '../../../bench/mutants/families.ts';
import { batched, chosen } from '../../../bench/mutants/choose.ts';
import { type EditedSubject, subjectsOf } from '../../../bench/mutants/subjects.ts';
import { isWrong, type Row, tally, total } from '../../../bench/mutants/tally.ts';
import type { Trial } from '../../../bench/mutants/trial.ts';
import { runTrials } from '../../../bench/mutants/trials.ts';
import { howMany } from '../../support/long.ts';
import { described } from '../../../bench/mutants/variant.ts';

/** Tables of months, of rates under names that are trimmed and put in capitals, and orders joined with refunds. */
const SUBJECTS = new Set(['budget', 'revenue', 'net-sales']);

let subjects: readonly EditedSubject[];
beforeAll(async () => {
  subjects = (await subjectsOf('templates')).filter(({ computation }) => SUBJECTS.has(computation));
});

test('no edit that a day tells apart is called the same; most harmless ones are seen through or proven', async () => {
  const batches = batched([
    ...chosen(subjects, CHANGING, howMany('DAYMILL_MUTANTS', 110, 110), 'test'),
    ...chosen(subjects, REARRANGING, howMany('DAYMILL_MUTANTS', 60, 60), 'test'),
    ...chosen(subjects, HARMLESS, howMany('DAYMILL_MUTANTS', 26, 26), 'test'),
  ]);
  const trials = await runTrials(batches, { lanes: 2 });
  const tried = batches.flatMap(({ subject, variants }, at) =>
    variants.map((variant, index) => ({
      family: variant.family,
      trial: trials[at]?.[index] as Trial,
      what: `${subject.computation}: ${described(variant, subject.texts[variant.module] ?? '')}`,
    })),
  );
  const wrong = tried.filter(({ trial }) => isWrong(trial));
  expect(wrong.map(({ what, trial }) => `${what} ${trial.seen}`)).toEqual([]);

  const harmless = new Set(HARMLESS.map(({ name }) => name));
  const [hostile, friendly] = [false, true].map((is) =>
    tally(tried.filter(({ family }) => harmless.has(family) === is).map(({ family, trial }) => [family, trial])),
  ) as [Row[], Row[]];
  expect(total(hostile).changed).toBeGreaterThan(120);
  const { edits, changed, alike } = total(friendly);
  expect({ changed, different: alike.different }).toEqual({ changed: 0, different: 0 });
  expect(alike.unchanged + alike.same).toBeGreaterThan(edits / 2);
  for (const { family, edits, alike } of friendly)
    if (['rename a variable', 'comments, brackets and layout'].includes(family)) expect(alike.unchanged).toBe(edits);
});
