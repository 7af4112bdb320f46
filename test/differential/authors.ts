/** Author processes, at work side by side. A trial's two versions are never run in the same one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Job } from './author-process.ts';

const PROCESS = fileURLToPath(new URL('./author-process.ts', import.meta.url));

/** A process keeps every module that it ever imported. */
const MOST_JOBS = 500;
/** A job of a few milliseconds that takes so long has a loop without an end. */
const PATIENCE_MS = 30_000;

/** One process at a time, made anew when it is spoilt or full. */
export class Author {
  #process: ChildProcess | undefined;
  #jobs = 0;

  async run(job: Job): Promise<Answer> {
    const process = (this.#process ??= await start());
    const timer = setTimeout(() => process.kill('SIGKILL'), PATIENCE_MS);
    const answer = await new Promise<Answer>((resolve) => {
      const died = (code: number | null): void =>
        resolve({ output: `the process ended with ${code}`, loads: false, refused: 'no answer', spoilt: true });
      process.once('exit', died);
      process.once('message', (message) => {
        process.off('exit', died);
        resolve(message as Answer);
      });
      process.send(job);
    });
    clearTimeout(timer);
    if (answer.spoilt || ++this.#jobs >= MOST_JOBS) await this.end();
    return answer;
  }

  async end(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#jobs = 0;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const exit = once(process, 'exit');
    process.kill('SIGKILL');
    await exit;
  }
}

async function start(): Promise<ChildProcess> {
  const started = fork(PROCESS, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(started, 'message');
  return started;
}
