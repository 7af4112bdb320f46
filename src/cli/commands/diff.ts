/** `daymill diff`: what the code as it is now would change in a result, before anything runs; or how two stored days differ. */
import type { Ports } from '../../compose.ts';
import { codeOf } from '../../errors.ts';
import type { CellError } from '../../mill/model/cell.ts';
import type { Day } from '../../values/date.ts';
import { describeReason, type Outcome } from '../../mill/model/decision.ts';
import type { ManifestComputation } from '../../mill/model/manifest.ts';
import type { StoredArtifact } from '../../mill/ports/artifacts.ts';
import type { Log } from '../../process/ports.ts';
import { preview } from '../../mill/answers/preview.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import {
  type Comparison,
  compareResults,
  type EntityDifference,
  type ValueChange,
} from '../../mill/answers/compare-results.ts';
import { findComputation } from '../find-computation.ts';
import { foresee } from '../foresee.ts';
import { look } from '../look.ts';
import { type Missing, sayWhyNone } from '../missing-result.ts';
import type { Output } from '../output.ts';
import { projectManifest } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { table } from '../table.ts';
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
  --json    {"computation", "before": {"date", "hash"} or null, "after": {"date", "hash", "preview"}, "identical", "added",
            "removed", "changed", "same", "members": [{"path", "changed", "deltas": [smallest, largest]}],
            "differences": [{"entity", "kind", "changes": [{"path", "before", "after", "delta"}]}], "reason": {"outcome", "text"},
            "outdated"}; or {"computation", "date", "missing"} or {"computation", "date", "error": {"code", "message"}}
Exit code: 0 done, whether anything differs or not; 1 there is nothing to compare; 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { with: { type: 'string' }, limit: { type: 'string' }, from: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

export interface DiffAnswer extends Comparison {
  readonly computation: string;
  /** Null when the cell has no result yet. */
  readonly before: { readonly date: Day; readonly hash: string } | null;
  readonly after: { readonly date: Day; readonly hash: string; readonly preview: boolean };
  readonly identical: boolean;
  /** Of a preview: what a run would do with the cell. */
  readonly reason?: { readonly outcome: Outcome; readonly text: string };
  /** Of a preview: computations that it reads and that a run would make again first. */
  readonly outdated?: readonly string[];
}

export type DiffResult =
  | DiffAnswer
  | { readonly computation: string; readonly date: Day; readonly missing: Missing }
  | { readonly computation: string; readonly date: Day; readonly error: CellError };

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
  const result = await look(config, manifest, (ports) =>
    other === undefined
      ? diffPreview(computation, date, from < date ? from : date, ports, output)
      : diffDays(computation, [date, other], from, ports, output),
  );
  if ('differences' in result) printDiff(result, limit, output);
  else if ('error' in result)
    output.trouble(`${name}@${date} would fail. ${result.error.code}: ${result.error.message}`);
  output.data(result);
  return 'differences' in result ? 0 : 1;
}

/** Of the cell as it would be made now against its last good result. `from` is the first day of the grid. */
export async function diffPreview(
  { name, needs }: ManifestComputation,
  date: Day,
  from: Day,
  ports: Ports,
  output: Output,
): Promise<DiffResult> {
  const cell = { computation: name, date };
  tellLocale(output);
  const foreseen = await foresee({ date, from }, ports);
  const [planned] = await foreseen.cells([cell]);
  if (planned === undefined) throw new Error(`${name}@${date} is not in its own plan`);
  if (planned.decision.outcome === 'IMPOSSIBLE')
    return { ...cell, missing: await sayWhyNone(cell, from, ports, output) };
  const made = await preview(planned, { ...ports, log: strayTo(output) }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'INPUT_CHANGED') throw thrown;
    return undefined;
  });
  if (made === undefined) {
    output.trouble('It cannot be made yet: something that it reads has no stored result.');
    return { ...cell, missing: await sayWhyNone(cell, from, ports, output) };
  }
  if (made.status === 'FAILED') return { ...cell, error: made.error };
  const good = await ports.artifacts.lastGood(cell);
  const outdated = needs.flatMap((need) => {
    const of = need.kind === 'dependency' ? { computation: need.of, date } : undefined;
    const previous =
      need.kind === 'previous' ? { computation: name, date: planned.reads['previous'] ?? '' } : undefined;
    const read = of ?? previous;
    const outcome = read === undefined || read.date === '' ? undefined : foreseen.plan.decision(read)?.outcome;
    return read !== undefined && (outcome === 'RUN' || outcome === 'RERUN') ? [`${read.computation}@${read.date}`] : [];
  });
  return {
    ...(await answerOf(name, good && { date, artifact: good.artifact }, { date, artifact: made.artifact }, true)),
    reason: { outcome: planned.decision.outcome, text: describeReason(planned.decision) },
    outdated,
  };
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

/** Of two stored days. */
export async function diffDays(
  { name }: ManifestComputation,
  [date, other]: readonly [Day, Day],
  from: Day,
  ports: Ports,
  output: Output,
): Promise<DiffResult> {
  const sides: Side[] = [];
  for (const day of [date, other]) {
    const cell = { computation: name, date: day };
    const good = await ports.artifacts.lastGood(cell);
    if (good === undefined) return { ...cell, missing: await sayWhyNone(cell, from, ports, output) };
    sides.push({ date: day, artifact: good.artifact });
  }
  const [before, after] = sides as [Side, Side];
  return answerOf(name, before, after, false);
}

interface Side {
  readonly date: Day;
  readonly artifact: StoredArtifact;
}

async function answerOf(
  computation: string,
  before: Side | undefined,
  after: Side,
  isPreview: boolean,
): Promise<DiffAnswer> {
  const identical = before?.artifact.hash === after.artifact.hash;
  const same: Comparison = {
    added: 0,
    removed: 0,
    changed: 0,
    same: after.artifact.keyed ? after.artifact.count : 1,
    members: [],
    differences: [],
  };
  return {
    computation,
    before: before === undefined ? null : { date: before.date, hash: before.artifact.hash },
    after: { date: after.date, hash: after.artifact.hash, preview: isPreview },
    identical,
    // Equal hashes are equal results: nothing of them need be read.
    ...(identical ? same : await compareResults(before?.artifact, after.artifact)),
  };
}

function printDiff(answer: DiffAnswer, limit: number, output: Output): void {
  const { computation, before, after, reason, outdated = [], identical, differences } = answer;
  const title = before === null ? 'no result yet' : `stored result ${before.hash}`;
  output.line(
    after.preview
      ? `${computation}@${after.date}: ${title} … with the code as it is now`
      : `${computation}: ${before?.date} … ${after.date}`,
  );
  if (reason !== undefined) output.line(`A run would: ${reason.outcome}, ${reason.text}`);
  for (const cell of outdated) output.line(`${cell} would run first; its stored result was read here.`);
  output.line();
  if (identical) {
    output.line(after.preview ? 'The result is the same: nothing would change.' : 'The results are the same.');
    return;
  }
  const byEntity = differences.some(({ entity }) => entity !== undefined);
  const columns = COLUMNS.filter(({ title }) => byEntity || title !== 'entity');
  const rows = differences.flatMap((each) => rowsOf(each, byEntity)).slice(0, limit);
  for (const line of table(columns, rows)) output.line(line);
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

const COLUMNS = [
  { title: '' },
  { title: 'entity' },
  { title: 'member' },
  { title: 'before', align: 'right' as const },
  { title: 'after', align: 'right' as const },
  { title: 'delta', align: 'right' as const },
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
