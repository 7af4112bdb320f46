/** `daymill diff`: what the code as it is now would change in a result, before anything runs; or how two stored days differ. */
import type { EntityDifference, ValueChange } from '../../mill/answers/compare-results.ts';
import { DiffAnswer, diffDays, type Difference, diffPreview } from '../../mill/answers/diff.ts';
import { cellName } from '../../mill/model/cell.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import type { Log } from '../../process/ports.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { findComputation } from '../find-computation.ts';
import { look } from '../look.ts';
import { OUTCOME_WORDS } from '../outcome-words.ts';
import type { Output } from '../output.ts';
import { projectManifest } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { sayMissing } from '../say-missing.ts';
import { paint } from '../paint.ts';
import type { Column } from '../table.ts';
import { tellLocale } from '../tell-locale.ts';
import { cell as shown } from '../value-table.ts';

const DEFAULT_LIMIT = 20;

export const diff: Command = {
  name: 'diff',
  usage: `daymill diff COMPUTATION DATE [--with DATE] [--limit N] [--from DAY]

Makes the cell with the code as it is now and with its inputs as they are stored, and shows what would change in its result.
Writes nothing. What it reads is not made again first: if that would run too, it says so.
  --with    compare the stored results of two days instead: what is on that day and not on DATE is added
  --limit   differing values to show (default ${DEFAULT_LIMIT}; 0 for all); --json always gives all
  --from    the first day of the grid (default: daymill.config.ts's from, else DATE)
${jsonUsage('  --json    ', DiffAnswer)}
Exit code: 0 done, whether anything differs or not; 1 there is nothing to compare; 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { with: { type: 'string' }, limit: { type: 'string' }, from: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output, now } = context;
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const other = text(args, 'with');
  if (other !== undefined) assertTarget(other, now());
  const limit = readLimit(args, DEFAULT_LIMIT);
  const from = text(args, 'from') ?? gridStart(undefined, config.from, date);
  assertTarget(from, now());
  const manifest = await projectManifest(config);
  const computation = findComputation(manifest, name);
  const asked = { computation, date, from };
  if (other === undefined) tellLocale(output);
  const answer = await look(config, manifest, (ports) =>
    other === undefined
      ? diffPreview(asked, { ...ports, previewLog: strayTo(output) })
      : diffDays({ ...asked, other }, ports),
  );
  if ('differences' in answer) printDiff(answer, limit, output);
  else if ('error' in answer)
    output.trouble(`${cellName(answer)} would fail. ${answer.error.code}: ${answer.error.message}`);
  else {
    if (other === undefined && answer.missing.outcome !== 'IMPOSSIBLE')
      output.trouble('It cannot be made yet: something that it reads has no stored result.');
    sayMissing(answer, from, answer.missing, output);
  }
  output.data(answer);
  return 'differences' in answer ? 0 : 1;
}

const silent = (): void => {};

/** The log of a command says nothing; what a cell left behind, its author should know. */
const strayTo = (output: Output): Log => ({
  debug: silent,
  info: silent,
  error: silent,
  warn: (fields, message) => {
    if (fields['event'] === 'cell.stray') output.trouble(`${String(fields['cell'])}: ${message}`);
  },
});

function printDiff(answer: Difference, limit: number, output: Output): void {
  const { computation, before, after, reason, outdated = [], identical, differences } = answer;
  const title = before === null ? 'no result yet' : `stored result ${before.hash}`;
  output.line(
    after.preview
      ? `${computation}@${after.date}: ${title} … with the code as it is now`
      : `${computation}: ${before?.date} … ${after.date}`,
  );
  if (reason !== undefined) output.line(`A run would: ${OUTCOME_WORDS[reason.outcome]}, ${reason.text}`);
  for (const cell of outdated) output.line(`${cell} would run first; its stored result was read here.`);
  output.line();
  if (identical) {
    output.line(after.preview ? 'The result is the same: nothing would change.' : 'The results are the same.');
    return;
  }
  const byEntity = differences.some(({ entity }) => entity !== undefined);
  const columns = COLUMNS.filter(({ title }) => byEntity || title !== 'entity');
  const rows = differences.flatMap((each) => rowsOf(each, byEntity)).slice(0, limit);
  output.table(columns, rows);
  const more = differences.reduce((sum, each) => sum + each.changes.length, 0) - limit;
  if (more > 0) output.line(`… and ${more} more: --limit 0 shows all.`);
  if (byEntity) {
    output.line();
    output.line(
      `Entities: ${answer.changed} changed, ${answer.added} added, ${answer.removed} removed, ${answer.same} the same.`,
    );
    for (const { path, changed, deltas } of answer.members) {
      const moved = deltas === undefined ? '' : `, by ${signed(deltas[0])} … ${signed(deltas[1])}`;
      output.line(`  ${path === '' ? 'value' : path}: ${changed} changed${moved}`);
    }
  }
}

/** As in every diff. */
const paintSign = (cell: string, [sign]: readonly string[]): string =>
  sign === '+' ? paint.good(cell) : sign === '-' ? paint.bad(cell) : cell;

const COLUMNS: readonly Column[] = [
  { title: '', paint: paintSign },
  { title: 'entity', paint: paintSign },
  { title: 'member', cuts: true },
  { title: 'before', align: 'right', cuts: true },
  { title: 'after', align: 'right', cuts: true },
  { title: 'delta', align: 'right', yields: 1 },
];

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

const rowsOf = ({ entity = '', kind, changes }: EntityDifference, byEntity: boolean): string[][] =>
  changes.map(({ path, before, after, delta }: ValueChange) => [
    SIGNS[kind],
    ...(byEntity ? [entity] : []),
    path,
    shown(before),
    shown(after),
    delta === undefined ? '' : signed(delta),
  ]);

const signed = (delta: number): string => `${delta > 0 ? '+' : ''}${shown(delta)}`;
