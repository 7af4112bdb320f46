/** A process of this bench that says one thing when it is ready, and then answers what it is asked, a question at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A round takes five seconds on a quiet machine. */
const ANSWER_MS = 180_000;

export interface AskedProcess<A> {
  readonly pid: number;
  /** @throws {Error} what it failed with; when it ended, or took too long */
  ask(question: object): Promise<A>;
  /** Ends it in good order: it hears that nobody listens any more. */
  close(): Promise<void>;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it stands still while it is not asked: some poll when there is nothing to do. */
  readonly isHalted?: boolean;
}

const running = new Set<ChildProcess>();

// One that stands still would not hear that this process is gone; nor would what ends with it be ended by a signal.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Its argument is `argument`, as JSON. */
export async function askedProcess<A>(
  file: string,
  argument: object,
  { env = {}, isHalted = false }: Options = {},
): Promise<AskedProcess<A>> {
  const child = fork(file, [JSON.stringify(argument)], {
    env: { ...process.env, ...env },
    execArgv: [],
    // Has words for maps and bytes.
    serialization: 'advanced',
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.disconnect();
    await ended;
  };
  const halt = (): void => void (isHalted && child.kill('SIGSTOP'));
  try {
    await answerOf(child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  halt();
  return {
    pid: child.pid as number,
    async ask(question) {
      child.kill('SIGCONT');
      const answered = answerOf(child);
      child.send(question);
      try {
        const { given, error } = (await answered) as Answered<A>;
        if (given === undefined) throw new Error(error);
        return given;
      } finally {
        halt();
      }
    },
    close,
  };
}

interface Answered<A> {
  readonly given?: A;
  readonly error?: string;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const within = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    return await Promise.race([
      once(child, 'message', { signal: within }).then(([answer]: unknown[]) => answer),
      once(child, 'exit', { signal: within }).then(([code, signal]) => {
        throw new Error(`it ended with ${code ?? signal}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

/** What such a process does: opens what it answers with, and says so. */
export async function answering(
  open: (argument: unknown) => Promise<{ answer(question: unknown): Promise<object>; close(): Promise<void> }>,
): Promise<void> {
  const opened = await open(JSON.parse(process.argv[2] ?? '{}'));
  process.on('message', (question) => {
    void opened.answer(question).then(
      (given) => process.send?.({ given }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.once('disconnect', () => void opened.close().finally(() => process.exit(0)));
  process.send?.('ready');
}
