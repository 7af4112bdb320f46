/** Runs: the newest ones. */
import { z } from 'zod';
import { atMost } from '../../process/at-most.ts';
import type { Ledger } from '../ports/tasks.ts';
import { RunRow, runRow } from './run-row.ts';

export const RunsAnswer = z.object({ runs: z.array(RunRow.extend({ failedTasks: z.number() })) });
export type RunsAnswer = z.infer<typeof RunsAnswer>;

/** Newest first. Each costs two reads. */
export async function runsAnswer(
  { limit }: { readonly limit: number },
  { ledger }: { readonly ledger: Pick<Ledger, 'runs' | 'failedTasks'> },
): Promise<RunsAnswer> {
  const found = await ledger.runs(limit);
  return {
    runs: await atMost(found, async (run) =>
      Object.assign(runRow(run), { failedTasks: await ledger.failedTasks(run.id) }),
    ),
  };
}
