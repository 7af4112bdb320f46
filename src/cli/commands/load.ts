/** `daymill load`: a file of rows into a dataset, day by day. */
import { relative } from 'node:path';
import type { Config } from '../../config/config.ts';
import { UserError } from '../../errors.ts';
import { ownMember } from '../../values/own-member.ts';
import { loadDataset } from '../../mill/manifest/load-definitions.ts';
import { describeMissing } from '../../mill/model/completeness.ts';
import { type Dataset, type Delimiter, loadedFrom } from '../../mill/model/dataset.ts';
import { openDaySpill } from '../../mill/sources/day-spill.ts';
import { loadFile, type LoadFileReport, type LoadMode, type RejectedRow } from '../../mill/steps/load/load-file.ts';
import { type Arguments, type Command, type Context, type ExitCode, Interrupted, text } from '../command.ts';
import { counted } from '../counted.ts';
import { findDataset } from '../find-dataset.ts';
import { loadInputs, rowsOfInputs } from '../load-inputs.ts';
import { type Connection, connectCloud } from '../local/connect.ts';
import { daysLoadedOtherwise } from '../../mill/answers/loaded-otherwise.ts';
import { describeLoadedOtherwise } from '../describe-data.ts';
import { projectManifest } from '../project.ts';
import { openRejectsFile } from '../rejects-file.ts';
import { tellLocale } from '../tell-locale.ts';
import { withPorts } from '../with-ports.ts';

const DEFAULT_DATE_COLUMN = 'date';

/** Wrong rows that are shown; the rejects file has all. */
const SHOWN_REJECTS = 20;

const MB = 1_048_576;

export const load: Command = {
  name: 'load',
  usage: `daymill load DATASET FILE… [--format csv|ndjson|json|parquet] [--delimiter ","] [--date-column NAME]
                            [--replace | --merge] [--allow-empty] [--cloud]

Loads CSV, NDJSON, a JSON list (.csv, .tsv, .ndjson, .jsonl, .json, each also .gz or .zst) or Parquet, rows in any order. Several
files, or a pattern in quotes ('orders-*.csv'), are one load; - is standard input. A day of the files takes the place of that day
of the dataset, and other days stay. A day that has the same content is not written again, and nothing runs because of it.
Rows that do not fit are listed and set aside, and their days stay as they were: no day is ever loaded by half.
  --date-column   the column that holds the day (default: the dataset's source.dateColumn, else "${DEFAULT_DATE_COLUMN}")
  --format        when the file's name does not say it, as that of standard input never does
  --delimiter     between the fields of a CSV: "," ";" "|" or tab (default: the dataset's source.delimiter, else tab for .tsv, else ",")
  --replace       the file is the whole truth: days that it does not have are taken away
  --merge         entities of the file take the place of those with the same id, and the others of their day stay
  --allow-empty   a file without rows is right, and changes nothing; else it is refused as a download that failed
  --json          {"dataset", "rows", "blank", "rejected", "days": {"new", "changed", "same", "removed", "held"}, "held": [DAY],
                  "kept", "rejects": [{"file", "line", "date", "column", "reason", "row"}], "rejectsFile", "waiting": {dataset: [{"date",
                  "missing"}]}, "firestore": {"reads", "writes"}}; the first ${SHOWN_REJECTS} rejects, "firestore" null on a shared cloud
Exit code: 0 done, 1 some rows were set aside, 2 wrong use, 130 interrupted (days that were written stay; load again to go on).`,
  positionals: ['DATASET', 'FILE'],
  several: true,
  options: {
    delimiter: { type: 'string' },
    'date-column': { type: 'string' },
    format: { type: 'string' },
    replace: { type: 'boolean' },
    merge: { type: 'boolean' },
    'allow-empty': { type: 'boolean' },
  },
  reachesCloud: true,
  run: runCommand,
};

interface Loaded {
  readonly report: LoadFileReport;
  readonly rejects: readonly RejectedRow[];
  /** Where all of them are; null when there are none. */
  readonly rejectsFile: string | null;
  readonly usage: ReturnType<Connection['usage']>;
}

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config } = context;
  const [name = '', ...named] = args.positionals;
  const mode = readMode(args);
  const inputs = loadInputs(named, text(args, 'format'));
  const file = named.join(' ');
  tellLocale(context.output);
  const manifest = await projectManifest(config);
  const dataset = await loadDataset(config.root, findDataset(manifest, name));
  const dateColumn = text(args, 'date-column') ?? loadedFrom(dataset)?.dateColumn ?? DEFAULT_DATE_COLUMN;
  const cloud = await connectCloud(config, manifest, 'write');
  const loaded = await withPorts(cloud, config, manifest, async (ports): Promise<Loaded> => {
    const rowsByDay = openDaySpill();
    const rejectsFile = openRejectsFile(config.home, dataset.name, file);
    const rejects: RejectedRow[] = [];
    const { onBytes, onDay, end } = watchLoad(dataset, file, context);
    try {
      const delimiter = readDelimiter(args) ?? loadedFrom(dataset)?.delimiter;
      const rows = rowsOfInputs(inputs, { dateColumn, delimiter, onBytes });
      const empty = args.values['allow-empty'] === true ? { allowEmpty: true } : {};
      const request = { dataset, file, dateColumn, mode, parses: !inputs.typed, rows, ...empty };
      const onRejected = (row: RejectedRow): void => {
        if (rejects.length < SHOWN_REJECTS) rejects.push(row);
        rejectsFile.add(row);
      };
      const report = await loadFile(request, { ...ports, rowsByDay, onRejected, onDay });
      end();
      const others = await daysLoadedOtherwise(manifest, ports.rootData);
      const other = others.find((each) => each.dataset === dataset.name);
      if (other !== undefined) context.output.trouble(describeLoadedOtherwise(other));
      return { report, rejects, rejectsFile: report.rejected > 0 ? rejectsFile.path : null, usage: cloud.usage() };
    } finally {
      context.output.progressEnd();
      rejectsFile.close();
      rowsByDay.close();
    }
  });
  print(loaded, dataset, context);
  return loaded.report.rejected > 0 ? 1 : 0;
}

/** @throws {UserError} BAD_ARGUMENT */
function readMode({ values: { replace, merge } }: Arguments): LoadMode {
  if (replace === true && merge === true)
    throw new UserError(
      'BAD_ARGUMENT',
      'Give --replace or --merge, not both: a file is the whole truth or a part of it.',
    );
  return replace === true ? 'replace' : merge === true ? 'merge' : 'days';
}

const DELIMITERS: Readonly<Record<string, Delimiter>> = {
  ',': ',',
  ';': ';',
  '|': '|',
  '\t': '\t',
  '\\t': '\t',
  tab: '\t',
};

/** @throws {UserError} BAD_ARGUMENT */
function readDelimiter(args: Arguments): Delimiter | undefined {
  const given = text(args, 'delimiter');
  if (given === undefined) return undefined;
  const known = ownMember(DELIMITERS, given);
  if (known !== undefined) return known;
  throw new UserError('BAD_ARGUMENT', `"${given}" is no delimiter. Use , or ; or | or tab.`);
}

/** Two phases: the file is read, then its days are written. An interruption ends either between two steps of it. */
function watchLoad(dataset: Dataset, file: string, { output, interrupted }: Context) {
  let phase = '';
  let stopped = false;
  void interrupted().then(() => (stopped = true));
  const show = (label: string, done: number, total: number, ended: string): void => {
    if (stopped) throw new Interrupted('Interrupted. Days that were written stay; load again to go on.');
    if (phase !== '' && phase !== ended) output.progressEnd(phase);
    phase = ended;
    output.progress({ label, done, total });
  };
  return {
    onBytes: (read: number, total: number) =>
      show('reading, MB', Math.ceil(read / MB), Math.ceil(total / MB), `read ${file}`),
    onDay: (done: number, total: number) =>
      show(`loading ${dataset.name}`, done, total, `loaded ${counted(total, 'day')}`),
    end: () => output.progressEnd(phase === '' ? undefined : phase),
  };
}

function print({ report, rejects, rejectsFile, usage }: Loaded, dataset: Dataset, { config, output }: Context): void {
  const { rows, blank, rejected, days, held, kept, index } = report;
  for (const { file, line, column, reason } of rejects)
    output.trouble(
      `${file === undefined ? '' : `${file}, `}line ${line}: ${column === '' ? '' : `${column}: `}${reason}`,
    );
  if (rejected > rejects.length) output.trouble(`… and ${rejected - rejects.length} more`);
  if (rejectsFile !== null) {
    output.trouble(`${counted(rejected, 'row')} set aside in ${inProject(rejectsFile, config)}`);
    output.trouble(`${counted(held.length, 'day')} not touched: ${someOf(held)}`);
  }
  if (kept > 0)
    output.trouble(`${counted(kept, 'day')} that the file does not have stay, since rows without a day may be theirs.`);
  output.line(
    `${dataset.name}: ${counted(rows, 'row')}; days: ${days.new} new, ${days.changed} changed, ${days.same} the same, ` +
      `${days.removed} removed, ${days.held} not touched${blank > 0 ? `; ${counted(blank, 'blank row')}` : ''}`,
  );
  for (const [name, waiting] of Object.entries(index.waiting)) {
    for (const { date, missing } of waiting) output.line(`not whole yet: ${name} ${date}: ${describeMissing(missing)}`);
  }
  if (index.trouble !== null) output.trouble(index.trouble);
  if (dataset.source !== undefined && 'file' in dataset.source)
    output.line(`From now on ${dataset.name} is loaded by hand: \`daymill run\` leaves ${dataset.source.file} alone.`);
  if (usage !== null) output.line(`Firestore: ${counted(usage.reads, 'read')}, ${counted(usage.writes, 'write')}`);
  const firestore = usage === null ? null : { reads: usage.reads, writes: usage.writes };
  const { index: _, ...figures } = report;
  output.data({ ...figures, rejects, rejectsFile, waiting: index.waiting, firestore });
}

const SHOWN_DAYS = 5;

const someOf = (days: readonly string[]): string =>
  days.length <= SHOWN_DAYS
    ? days.join(', ')
    : `${days.slice(0, SHOWN_DAYS).join(', ')} and ${days.length - SHOWN_DAYS} more`;

const inProject = (path: string, { root }: Config): string => relative(root, path);
