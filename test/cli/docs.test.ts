/** `daymill docs`: printed, written, and checked; and that docs/computations.md is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FIGURES, FOLDERS } from '../../.ci/computations.ts';
import { docs } from '../../src/cli/commands/docs.ts';
import { openOutput } from '../../src/cli/output.ts';
import { readConfig } from '../../src/config/config.ts';
import { HEAD, projectFolder } from '../mill/manifest/project-folder.ts';

const FILES = {
  'computations/prices.ts': `${HEAD}export const prices = defineDocument({ name: 'prices', document: z.object({ close: z.number() }) });`,
  'computations/close.ts': `${HEAD}import { prices } from './prices.ts';
export const close = defineComputation({
  name: 'close', category: 'x', needs: { day: document(prices) },
  output: z.object({ /** In dollars. */ close: z.number() }), compute: ({ day }) => day,
});`,
};

async function run(
  root: string,
  {
    folders = [],
    json = false,
    ...values
  }: { folders?: string[]; json?: boolean; out?: string; check?: boolean; figures?: string } = {},
  env: Readonly<Record<string, string>> = { DAYMILL_COMPUTATIONS: 'computations' },
): Promise<{ exitCode: number; printed: string }> {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  const context = {
    config: readConfig(env, root, 1),
    cwd: root,
    env: {},
    output: openOutput(stream, stream, json),
    now: () => 0,
    interrupted: () => new Promise<void>(() => {}),
  };
  return { exitCode: await docs.run({ positionals: folders, values }, context), printed };
}

test('the page is printed, or written to a file with links from there', async () => {
  const root = projectFolder(FILES);
  const { exitCode, printed } = await run(root);
  expect(exitCode).toBe(0);
  expect(printed).toContain('[close.ts](computations/close.ts)');
  expect(printed).toContain('| `close` | `number` | In dollars. |');
  expect(await run(root, { out: 'pages/deep/all.md' })).toEqual({
    exitCode: 0,
    printed: 'Written to pages/deep/all.md: 1 computation\n',
  });
  const page = readFileSync(join(root, 'pages/deep/all.md'), 'utf8');
  expect(page).toContain('[close.ts](../../computations/close.ts)');
  expect(page).not.toContain(root);
  expect((await run(root, { out: 'pages/deep/all.md' })).printed).toBe(
    'pages/deep/all.md is as it was: 1 computation\n',
  );
});

test('--check says what is out of date and how to renew it, and writes nothing', async () => {
  const root = projectFolder(FILES);
  const check = (): ReturnType<typeof run> => run(root, { check: true });
  expect(await check()).toEqual({
    exitCode: 1,
    printed: 'docs/computations.md is not there.\nRenew it with: npx daymill docs --out docs/computations.md\n',
  });
  await run(root, { out: 'docs/computations.md' });
  expect(await check()).toEqual({ exitCode: 0, printed: 'docs/computations.md is up to date: 1 computation\n' });

  const page = join(root, 'docs/computations.md');
  writeFileSync(page, readFileSync(page, 'utf8').replaceAll('\n', '\r\n'));
  expect((await check()).exitCode).toBe(0);

  const source = join(root, 'computations/close.ts');
  writeFileSync(source, readFileSync(source, 'utf8').replace('In dollars', 'In euros'));
  const before = readFileSync(page, 'utf8');
  expect(await check()).toEqual({
    exitCode: 1,
    printed:
      'docs/computations.md is out of date:\n  close (changed)\nRenew it with: npx daymill docs --out docs/computations.md\n',
  });
  expect(readFileSync(page, 'utf8')).toBe(before);
  const { exitCode, printed } = await run(root, { check: true, json: true });
  expect(exitCode).toBe(1);
  expect(JSON.parse(printed)).toMatchObject({
    file: 'docs/computations.md',
    differs: [{ part: 'close', kind: 'changed' }],
    sections: [{ name: '', computations: [{ name: 'close', fields: [{ path: 'close', comment: 'In euros.' }] }] }],
  });
});

test('folders that are named have a section each, and one that is not there is named', async () => {
  const root = projectFolder({
    ...FILES,
    'samples/shop/one.ts': FILES['computations/close.ts']
      .replace('./prices.ts', '../../computations/prices.ts')
      .replace("'close'", "'shut'"),
  });
  const { printed } = await run(root, { folders: ['computations', './samples/shop/'] });
  expect(printed.match(/^##+ .*/gm)).toEqual(['## computations', '### close', '## shop', '### shut']);
  expect(printed).toContain('`daymill docs computations ./samples/shop/ --out docs/computations.md`');
  await expect(run(root, { folders: ['nowhere'] })).rejects.toThrow('There is no folder');
  await expect(run(root, { out: '' })).rejects.toThrow('Say --out FILE');
});

test('figures are shown under what they are named after', async () => {
  const root = projectFolder({
    ...FILES,
    'docs/charts/close.svg': '<svg/>',
    'docs/charts/close.md': '| right | wrong |\r\n|--:|--:|\r\n| 9 | 1 |\n',
    'docs/charts/notes.txt': 'not shown',
    'docs/charts/gone.svg': '<svg/>',
  });
  await run(root, { out: 'docs/computations.md', figures: 'docs/charts' });
  const page = readFileSync(join(root, 'docs/computations.md'), 'utf8');
  expect(page.match(/!\[.*/g)).toEqual(['![close](charts/close.svg)']);
  expect(page).toContain('(charts/close.svg)\n\n| right | wrong |\n|--:|--:|\n| 9 | 1 |\n\nPass 1');
  expect(page).not.toContain('not shown');
  expect(await run(root, { check: true, figures: 'docs/charts' })).toMatchObject({ exitCode: 0 });
  expect((await run(root, { check: true })).exitCode).toBe(1);
  await expect(run(root, { figures: 'nowhere' })).rejects.toThrow('There is no folder');
});

test('of a section, too, unless a computation in it has its name; a picture is told by its own title', async () => {
  const computation = (name: string): string =>
    FILES['computations/close.ts'].replace('./prices.ts', '../prices.ts').replace("'close'", `'${name}'`);
  const root = projectFolder({
    'computations/prices.ts': FILES['computations/prices.ts'],
    'computations/shop/till.ts': computation('till'),
    'computations/bank/bank.ts': computation('bank'),
    'docs/charts/shop.svg': '<svg><title id="a">Sales &amp; "returns" [&lt;1]</title></svg>',
    'docs/charts/bank.svg': '<svg><title> </title></svg>',
  });
  await run(root, { out: 'docs/computations.md', figures: 'docs/charts' });
  const page = readFileSync(join(root, 'docs/computations.md'), 'utf8');
  expect(page).toContain('## shop\n\n![Sales & "returns" \\[&lt;1\\]](charts/shop.svg)\n\n```mermaid');
  expect(page).toContain('## bank\n\n```mermaid');
  expect(page.match(/!\[bank\].*/g)).toEqual(['![bank](charts/bank.svg)']);
});

test('docs/computations.md is what the code says; node .ci/computations.ts writes it', async () => {
  const root = resolve(import.meta.dirname, '../..');
  expect(await run(root, { folders: [...FOLDERS], check: true, figures: FIGURES })).toEqual({
    exitCode: 0,
    printed: expect.stringMatching(/^docs\/computations\.md is up to date: \d+ computations\n$/),
  });
});
