import { afterAll, describe, expect, test } from 'vitest';
import { FAMILIES } from './families/all.ts';
import { placesOf, writtenForm, type Form } from './form.ts';
import { Judge } from './judge.ts';
import { OF_BYTES } from './planted-hashes.ts';
import { trialOf, trialOfPlace } from './trial.ts';

const FORMS = FAMILIES.flat();

test('a place takes its turn, and places of one name take the same', () => {
  const form: Form = {
    name: 'a form',
    files: { 'lib/a§.ts': 'export const ⟦~#n one¦two⟧ = ⟦1¦2¦3⟧;' },
    imports: "import { ⟦~#n one¦two⟧ } from '../lib/a§.ts';",
    result: 'd.v⟦¦ * 2⟧',
  };
  expect(placesOf(form)).toEqual([
    { id: 'n', turns: 2, harmless: true },
    { id: 'lib/a§.ts 1', turns: 3, harmless: false },
    { id: 'result 0', turns: 2, harmless: false },
  ]);
  const turns = new Map([
    ['n', 1],
    ['lib/a§.ts 1', 2],
  ]);
  expect(writtenForm(form, 7, turns)).toMatchObject({
    files: { 'lib/a7.ts': 'export const two = 3;' },
    imports: "import { two } from '../lib/a7.ts';",
    result: 'd.v',
  });
});

test('the same seed gives the same trial, and another gives another', () => {
  expect(trialOf(FAMILIES, 4)).toEqual(trialOf(FAMILIES, 4));
  expect(trialOf(FAMILIES, 4)).not.toEqual(trialOf(FAMILIES, 5));
});

test('forms have names of their own', () => {
  expect(new Set(FORMS.map(({ name }) => name)).size).toBe(FORMS.length);
});

describe('by running', () => {
  const judge = new Judge(OF_BYTES);
  afterAll(() => judge.end());

  test.each(FORMS.map((form) => [form.name, form] as const))(
    '%s: an edit matters, or is harmless as it says',
    async (_, form) => {
      const edits = placesOf(form).flatMap(({ id, turns, harmless }) =>
        Array.from({ length: turns - 1 }, (_, turn) => ({ harmless, trial: trialOfPlace(form, id, turn + 1) })),
      );
      const before = await judge.answer(edits[0]!.trial.before);
      expect(before).toMatchObject({ loads: true });
      let matters = false;
      for (const { harmless, trial } of edits) {
        const after = await judge.answer(trial.after);
        expect(after).toMatchObject({ loads: true });
        if (harmless) expect(after.output).toBe(before.output);
        matters ||= after.output !== before.output;
      }
      expect(matters).toBe(true);
    },
  );

  test('what a project leaves behind in the realm is not there for the next', async () => {
    const version = (text: string) =>
      ({
        files: { 'package.json': '{ "type": "module" }', 'computations/main.ts': text },
        module: 'computations/main.ts',
        computation: 'main',
      }) as const;
    const rounds = version(`
      import { Day, defineComputation } from 'daymill';
      export const main = defineComputation({ name: 'main', category: 'x', needs: {}, output: Day, compute: () => [Math.round(2.4), [1].left] });`);
    const patches = version('Math.round = () => 9; Array.prototype.left = 1; globalThis.Error = undefined; export {};');
    const judged = await judge.judge({ before: rounds, after: patches });
    const again = await judge.judge({ before: patches, after: rounds });
    expect(judged.before.output).toContain('[2,"undefined!"]');
    expect(judged.after.spoilt).toBe(false);
    expect(again.after.output).toBe(judged.before.output);
  });
});
