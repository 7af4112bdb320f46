/** The commands by name. Each is loaded only when it is asked for. */
import type { Command } from '../command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS = {
  run: {
    summary: 'run the pipeline for a day, catching up on the days before it',
    load: async () => (await import('./run.ts')).run,
  },
  plan: {
    summary: 'say what a run would do, and why, without doing it',
    load: async () => (await import('./plan.ts')).plan,
  },
} satisfies Record<string, Entry>;
