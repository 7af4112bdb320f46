/** Author code in a process of its own that is guarded: what it asks of the process, and what it leaves behind. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src/process/author-code.ts');

interface Outcome {
  /** What the call came to, or the code of what was thrown. */
  readonly came: unknown;
  readonly message: string;
  readonly stray: readonly string[];
}

/** Runs bodies of functions as the author `rsi`, one after the other in one process, each until what it left behind is over. */
async function outcomesOf(bodies: readonly string[], how: 'run' | 'wait'): Promise<Map<string, Outcome>> {
  const calls = bodies.map((body) => `${how === 'wait' ? 'async ' : ''}() => { ${body} }`);
  const program = `
    import { EventEmitter } from 'node:events';
    import { writeSync } from 'node:fs';
    import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
    import { authorCode, guardProcess } from ${JSON.stringify(SOURCE)};
    guardProcess();
    const main = async () => {
      const outcomes = [];
      for (const call of [${calls.join(',\n')}]) {
        const stray = [];
        const code = authorCode({ name: 'rsi', onStray: (error) => stray.push(error.message) });
        let said;
        try { said = { came: await code.${how}(call), message: '' }; }
        catch (error) { said = { came: error.code ?? error.name, message: error.message }; }
        await delay(30);
        outcomes.push({ ...said, stray });
      }
      writeSync(1, JSON.stringify(outcomes));
    };
    main()`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  const outcomes = JSON.parse(stdout) as Outcome[];
  return new Map(bodies.map((body, index) => [body, outcomes[index] as Outcome]));
}

const REFUSED: readonly (readonly [body: string, message: string])[] = [
  ['process.exit(0)', 'rsi called process.exit(0)'],
  ['process.reallyExit(0)', 'rsi called process.reallyExit(0)'],
  ['process.abort()', 'rsi called process.abort()'],
  ["process.kill(process.pid, 'SIGKILL')", 'rsi called process.kill('],
  ["process.kill(process.ppid, 'SIGTERM')", 'rsi called process.kill('],
  ["process.chdir('/')", 'rsi called process.chdir(/)'],
  ["process.removeAllListeners('SIGTERM')", 'rsi called process.removeAllListeners(SIGTERM)'],
  ["process.env.TZ = 'Asia/Tokyo'", "rsi called process.env.TZ = 'Asia/Tokyo'"],
  ["(await import('node:process')).exit(1)", 'rsi called process.exit(1)'],
  ["try { process.exit(1) } catch { return 'caught' }", 'rsi called process.exit(1)'],
  ['await delay(1); process.exit(1)', 'rsi called process.exit(1)'],
  ['await new Promise(() => { setTimeout(() => process.exit(1), 1) })', 'rsi called process.exit(1)'],
  [
    "await new Promise(() => { process.once('warning', () => process.exit(1)); process.emitWarning('now') })",
    'rsi called process.exit(1)',
  ],
];

const ALLOWED: readonly (readonly [what: string, body: string])[] = [
  ['asking whether a process is there', 'process.kill(process.pid, 0); return 1'],
  ['an exit code, which whoever ends the process sets anyway', 'process.exitCode = 3; process.exitCode = 0; return 1'],
  [
    'a listener that is taken off again',
    "const f = () => {}, n = process.listenerCount('warning'); process.on('warning', f); process.off('warning', f); return 1 + process.listenerCount('warning') - n",
  ],
  ['other variables', "process.env.RATE = '2'; return Number(process.env.RATE) - 1"],
  ['another console', 'const { log } = console; console.log = () => {}; console.log(); console.log = log; return 1'],
];

const LEFT_BEHIND: readonly (readonly [what: string, body: string])[] = [
  ['a promise', "void Promise.reject(new Error('lost'))"],
  ['a promise, later', "void delay(5).then(() => { throw new Error('lost') })"],
  ['an async function', "void (async () => { await nextTurn(); throw new Error('lost') })()"],
  ['a timer', "setTimeout(() => { throw new Error('lost') }, 5)"],
  ['a microtask', "queueMicrotask(() => { throw new Error('lost') })"],
  ['a tick', "process.nextTick(() => { throw new Error('lost') })"],
  ['an emitter', "setTimeout(() => new EventEmitter().emit('error', new Error('lost')), 5)"],
];

const LATE = 'setTimeout(() => process.exit(1), 10); return 1';
const SYNCHRONOUS = 'try { process.exit(1) } catch {} return 1';

describe('author code', () => {
  let outcomes: ReadonlyMap<string, Outcome>;
  beforeAll(async () => {
    const bodies = [...REFUSED.map(([body]) => body), ...[...ALLOWED, ...LEFT_BEHIND].map(([, body]) => body), LATE];
    outcomes = new Map([...(await outcomesOf(bodies, 'wait')), ...(await outcomesOf([SYNCHRONOUS], 'run'))]);
  });

  test.each(REFUSED)('is refused what would end or change the process: %s', (body, message) => {
    expect(outcomes.get(body)).toEqual({ came: 'REFUSED', message: expect.stringContaining(message), stray: [] });
  });

  test('is refused that where nothing is awaited, even if it catches it', () => {
    expect(outcomes.get(SYNCHRONOUS)).toMatchObject({ came: 'REFUSED' });
  });

  test('is told of when it would end the process after all is done', () => {
    expect(outcomes.get(LATE)).toMatchObject({
      came: 1,
      stray: [expect.stringContaining('rsi called process.exit(1)')],
    });
  });

  test.each(ALLOWED)('may do what harms nobody: %s', (_, body) => {
    expect(outcomes.get(body)).toMatchObject({ came: 1, stray: [] });
  });

  test.each(LEFT_BEHIND)('is told of when what it left behind throws: %s', (_, body) => {
    expect(outcomes.get(body)?.stray).toEqual(['lost']);
  });
});

describe('code that is nobody’s', () => {
  const program = (body: string): string => `
    import { guardProcess } from ${JSON.stringify(SOURCE)};
    process.on('uncaughtException', (error) => { console.log('heard', error.message); process.exit(16); });
    guardProcess();
    ${body}`;
  test.each([
    ['may end the process', 'process.exit(16)', ''],
    ['is heard by whoever listened before', "setTimeout(() => { throw new Error('own') })", 'heard own'],
    ['is heard when it left a promise behind', "void Promise.reject(new Error('own'))", 'heard own'],
  ])('%s', async (_, body, heard) => {
    const ended = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(body)]);
    await expect(ended).rejects.toMatchObject({ code: 16, stdout: expect.stringContaining(heard) });
  });
});
