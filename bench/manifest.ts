/** The manifest of a thousand computations: made anew, taken from what was kept, and made again after one helper changed; each a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { linkPackages } from '../test/support/link-packages.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
const COMPUTATIONS = 1_000;
const HELPERS = 100;
const RUNS = 5;

/** Milliseconds: of processor time in all, from the first import of ours to the manifest, and in that what Node and zod alone take to start. */
interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export function benchManifest(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'daymill-bench-manifest-'));
  try {
    writeProject(root);
    print(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}`);
    print(
      `${COMPUTATIONS} computations in as many modules, ${HELPERS} helpers, zod; median of ${RUNS} processes each\n`,
    );
    print('| manifest | wall, ms | processor, ms |\n|---|--:|--:|');
    const keep = join(root, '.daymill/kept.json');
    const floor = median(() => measure(root, 'floor', keep));
    row('Node, zod and our modules imported; nothing made', floor);
    row(
      'nothing kept',
      median(() => (rmSync(keep, { force: true }), measure(root, 'cached', keep))),
    );
    row(
      'nothing changed',
      median(() => measure(root, 'cached', keep)),
    );
    let edit = 0;
    row(
      'one helper changed',
      median(() => {
        writeFileSync(join(root, 'lib/h0.ts'), helper(0, `+ ${edit++}`));
        return measure(root, 'cached', keep);
      }),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return Promise.resolve();
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const row = (what: string, { wallMs, cpuMs }: Measured): void =>
  print(`| ${what} | ${wallMs.toFixed(0)} | ${cpuMs.toFixed(0)} |`);

function median(run: () => Measured): Measured {
  const runs = Array.from({ length: RUNS }, run).sort((a, b) => a.cpuMs - b.cpuMs);
  return runs[Math.floor(RUNS / 2)] as Measured;
}

const helper = (index: number, more: string): string => `
  ${index === 0 ? '' : `import { h${index - 1} } from './h${index - 1}.ts';`}
  const TABLE = { a: ${index}, b: [1, 2, 3] };
  export const unused${index} = (x: number): number => x * 2;
  export function h${index}(x: number): number {
    let sum = x ${more};
    for (const each of TABLE.b) sum += each * TABLE.a;
    return ${index % 5 === 0 ? 'sum' : `h${index - 1}(sum)`};
  }`;

const computation = (index: number): string => `
  import { z } from 'zod';
  import { defineComputation, dependency, document } from 'daymill';
  import { prices } from '../prices.ts';
  import { h${index % HELPERS} } from '../../lib/h${index % HELPERS}.ts';
  ${index < HELPERS ? '' : `import { c${index - HELPERS} } from '../f${Math.floor((index - HELPERS) / 20)}/c${index - HELPERS}.ts';`}
  const Result = z.object({ value: z.number(), at: z.string().optional() });
  export const c${index} = defineComputation({
    name: 'c-${index}', category: 'x', description: 'The ${index}th',
    needs: { prices: document(prices)${index < HELPERS ? '' : `, before: dependency(c${index - HELPERS})`} },
    output: Result,
    compute: ({ prices }) => ({ value: h${index % HELPERS}(prices.close * ${index}) }),
  });`;

function writeProject(root: string): void {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('package.json', '{ "type": "module" }');
  write(
    'computations/prices.ts',
    `import { z } from 'zod'; import { defineDocument } from 'daymill';
     export const prices = defineDocument({ name: 'prices', document: z.object({ close: z.number() }) });`,
  );
  for (let index = 0; index < HELPERS; index++) write(`lib/h${index}.ts`, helper(index, ''));
  for (let index = 0; index < COMPUTATIONS; index++)
    write(`computations/f${Math.floor(index / 20)}/c${index}.ts`, computation(index));
  mkdirSync(join(root, '.daymill'));
  linkPackages(root);
}

const SCRIPT = `
  const started = performance.now();
  const { cachedManifest } = await import(${JSON.stringify(join(REPOSITORY, 'src/mill/manifest/manifest-cache.ts'))});
  const [, root, how, keep] = process.argv;
  if (how === 'cached') await cachedManifest({ root, directory: 'computations' }, keep);
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ wallMs: performance.now() - started, cpuMs: (user + system) / 1000 }));`;

function measure(root: string, how: 'floor' | 'cached', keep: string): Measured {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT, root, how, keep], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}
