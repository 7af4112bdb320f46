/** `daymill test`: which test files a selection comes to, what the script then runs, and what is said when there is nothing to run. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testCommand } from '../../src/cli/commands/test.ts';
import { narrowScript } from '../../src/cli/narrow-script.ts';
import { openOutput } from '../../src/cli/output.ts';
import { readConfig } from '../../src/config/config.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { ModuleGraph } from '../../src/mill/manifest/module-graph.ts';
import { selectComputations } from '../../src/mill/manifest/select.ts';
import { testFilesIn, testsReaching } from '../../src/mill/manifest/tests-reaching.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import { screen } from './screen.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill } from './start-daymill.ts';

/** Its computations are a chain: shop-day, total-day, in-euros, best-day; each module imports the one before. */
let project: ShopProject;
let manifest: Manifest;

const importing = (module: string, name: string): string =>
  `import { test } from 'node:test';\nimport '${module}';\ntest('${name} holds', () => {});\n`;
const SHOP = 'test/shop-day.test.ts';
const TOTAL = 'test/deep/total-day.test.mts';
const LATE = 'computations/in-euros.test.js';

beforeAll(async () => {
  project = shopProject();
  project.write(SHOP, importing('./shop.ts', 'shop'));
  project.write('test/shop.ts', "export { shopDay } from '../computations/shop-day.ts';\n");
  project.write(TOTAL, importing('../../computations/total-day.ts', 'total'));
  project.write(
    LATE,
    "import { test } from 'node:test';\ntest('late', async () => void (await import('./in-euros.ts')));\n",
  );
  project.write('test/words.test.ts', importing('node:assert', 'words'));
  for (const folder of ['node_modules/other', 'dist', '.cache', 'test/dist'])
    project.write(`${folder}/shop-day.test.ts`, importing('../computations/shop-day.ts', 'none'));
  manifest = await buildManifest({ root: project.root, directory: 'computations' });
});
afterAll(() => project.remove());

const scripts = (test?: string, others: Readonly<Record<string, string>> = {}): void =>
  project.write(
    'package.json',
    JSON.stringify({ type: 'module', scripts: { test, ...others }, daymill: { computations: 'computations' } }),
  );

describe('the test files of a selection', () => {
  test('are found below the project, but not in what is installed, built or hidden', () => {
    expect(testFilesIn(project.root)).toEqual([LATE, TOTAL, SHOP, 'test/words.test.ts']);
  });

  test.each([
    ['shop-day', [LATE, TOTAL, SHOP], []],
    ['total-day', [LATE, TOTAL], []],
    ['+total-day', [LATE, TOTAL, SHOP], []],
    ['in-euros', [LATE], []],
    ['in-euros+', [LATE], ['best-day']],
    ['+in-euros+', [LATE, TOTAL, SHOP], ['best-day']],
    ['best-day', [], ['best-day']],
  ])('%s is of those that load it, at once, through others or late', (select, files, untested) => {
    const selected = selectComputations(manifest, select);
    const computations = manifest.computations.filter(({ name }) => selected.has(name));
    const reached = testsReaching(new ModuleGraph(project.root), testFilesIn(project.root), computations);
    expect(reached).toEqual({ files, untested });
  });
});

describe('a script', () => {
  const narrowed = (script: string, files: readonly string[] = [SHOP]): string | undefined =>
    narrowScript(script, files, { root: project.root, testFiles: testFilesIn(project.root) });

  test.each([
    ['node --test test/*.test.ts', `node --test ${SHOP}`],
    [
      "node --test 'test/**/*.test.*ts' computations/in-euros.test.js && echo done",
      `node --test ${SHOP}  && echo done`,
    ],
    ['node --import ./test/shop.ts --test ./test', `node --import ./test/shop.ts --test ${SHOP}`],
    ['vitest run test/', `vitest run ${SHOP}`],
  ])('that names files has others in their place: %s', (script, expected) => {
    expect(narrowed(script)).toBe(expected);
  });

  test.each(['vitest run', 'vitest run --dir test', 'tsc && node --test', 'npm run test:unit'])(
    'that names none is followed by them: %s',
    (script) => {
      expect(narrowed(script)).toBeUndefined();
    },
  );

  test.runIf(process.platform !== 'win32')('is given a name with a blank or a quote as one word', () => {
    expect(narrowed('node --test test', ["it's one.test.ts"])).toBe(String.raw`node --test 'it'\''s one.test.ts'`);
  });
});

describe('daymill test', () => {
  test('runs the files of a selection alone, with what npm runs before them, and says what has no test', async () => {
    scripts('node --test --test-reporter=spec test/*.test.ts', { pretest: 'echo first' });
    const { code, stdout } = await daymill(project, ['test', '--select', 'shop-day,!total-day best-day']);
    expect(stdout).toMatch(/^3 of 4 test files: .*\nNo test reaches best-day\.\n/);
    expect(stdout).toMatch(/first\n[^]*✔ shop holds/);
    expect(stdout).toMatch(/✔ total holds/);
    expect(stdout).not.toMatch(/words/);
    expect(code).toBe(0);
  });

  test('ends as the script does, which is given what follows --', async () => {
    scripts('node -e "console.log(process.argv.slice(1).join()); process.exitCode = 7" --');
    const all = await daymill(project, ['test', '--', '--json', '-x']);
    expect(all.stdout).toMatch(/\n--json,-x\n$/);
    expect(all.code).toBe(7);
    const one = await daymill(project, ['test', '--json', '--select', 'in-euros', '--', '-x']);
    expect(one.stdout).toContain(`\n${LATE},-x\n`);
    expect(one.json()).toEqual({ files: [LATE], untested: [], exitCode: 7 });
    expect(one.code).toBe(7);
  });

  test('says what is missing, where, and what to do', async () => {
    const ran = (select?: string): Promise<number> => {
      const stream = screen(false);
      const context = {
        config: readConfig({ DAYMILL_HOME: project.home }, project.root, 1),
        cwd: project.root,
        env: {},
        output: openOutput(stream, stream, false),
        now: () => 0,
        interrupted: () => new Promise<void>(() => {}),
      };
      return testCommand.run({ positionals: [], values: { select } }, context);
    };
    scripts('node --test');
    await expect(ran('best-day')).rejects.toThrow(
      /^No test reaches best-day: 4 test files \(\S+\) looked at, .* runDay of daymill\/testing/,
    );
    await expect(ran('best-dya')).rejects.toThrow('Did you mean "best-day"?');
    for (const script of [undefined, 'echo "Error: no test specified" && exit 1']) {
      scripts(script);
      await expect(ran()).rejects.toThrow(
        /^\/.*package\.json has no "test" script, so .*npm pkg set scripts\.test="node --test /,
      );
    }
    rmSync(join(project.root, 'package.json'));
    await expect(ran()).rejects.toThrow(/^There is no \/.*package\.json, .* daymill init makes one\.$/);
  });
});
