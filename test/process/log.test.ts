/** The log of a process that others read through a pipe: nothing is lost, and nobody waits longer than the reader takes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const SOURCE = new URL('../../src/process/log.ts', import.meta.url).href;

const saying = (body: string) =>
  spawn(
    process.execPath,
    ['--input-type=module', '--eval', `import { openLog } from ${JSON.stringify(SOURCE)};\n${body}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );

/** More than any pipe holds. */
const LINES = 20_000;

test('says everything before it is killed, however slowly it is read', async () => {
  const child = saying(`
    const log = openLog('info', { worker: 'w' });
    for (let line = 0; line < ${LINES}; line++) log.info({ event: 'said', line }, 'a sentence of some length that is said again and again');
    process.kill(process.pid, 'SIGKILL');`);
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; severity: string });
  expect(lines).toHaveLength(LINES);
  expect(lines.every(({ line }, index) => line === index)).toBe(true);
  expect(lines[0]).toMatchObject({ severity: 'INFO', event: 'said', worker: 'w' });
});

test('goes on when nobody reads any more', async () => {
  const child = saying(`
    const log = openLog('info', {});
    log.info({}, 'first');
    setTimeout(() => {
      for (let line = 0; line < ${LINES}; line++) log.info({ line }, 'to nobody');
      process.exit(7);
    }, 50);`);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(7);
});
