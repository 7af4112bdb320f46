/** The local cloud with a project of no-op cells, in a process of its own, which makes the days that it is asked for. */
import { answering } from './asked-process.ts';
import { type CellsCase, startCells } from './daymill-cells.ts';

await answering(async (argument) => {
  const daymill = await startCells(argument as CellsCase);
  return {
    answer(question) {
      const { first, days } = question as { readonly first: number; readonly days: number };
      return daymill.round(first, days);
    },
    close: () => daymill.close(),
  };
});
