/** Makes a trial smaller for as long as it still fails. */
import type { Files } from './form.ts';
import type { Trial, Version } from './trial.ts';

/** A line of both versions, of one alone, or one that became another. */
interface Line {
  readonly before?: string;
  readonly after?: string;
}

type Sheets = ReadonlyMap<string, readonly Line[]>;
type Fails = (trial: Pick<Trial, 'before' | 'after'>) => Promise<boolean>;

/** The smallest trial found, by dropping files, then runs of lines, longer ones first. */
export async function shrink(trial: Trial, fails: Fails): Promise<Trial> {
  let sheets = sheetsOf(trial);
  const stillFails = async (candidate: Sheets): Promise<boolean> => {
    if (!(await fails(rebuilt(trial, candidate)))) return false;
    sheets = candidate;
    return true;
  };
  for (let size = Infinity; size > 0;) {
    const before = sheets;
    const paths = [...sheets.keys()];
    for (const path of paths) await shrinkSheet(path, () => sheets, stillFails);
    size = sizeOf(sheets);
    if (size === sizeOf(before)) break;
  }
  return rebuilt(trial, sheets);
}

async function shrinkSheet(
  path: string,
  sheets: () => Sheets,
  stillFails: (candidate: Sheets) => Promise<boolean>,
): Promise<void> {
  const without = new Map(sheets());
  without.delete(path);
  if (await stillFails(without)) return;
  const lines = (): readonly Line[] => sheets().get(path) ?? [];
  for (let run = Math.ceil(lines().length / 2); run >= 1; run = Math.floor(run / 2)) {
    for (let at = 0; at < lines().length;) {
      const shorter = lines().toSpliced(at, run);
      if (!(await stillFails(new Map([...sheets(), [path, shorter]])))) at += run;
    }
  }
}

const sizeOf = (sheets: Sheets): number => [...sheets.values()].reduce((sum, lines) => sum + lines.length + 1, 0);

function rebuilt(trial: Trial, sheets: Sheets): Trial {
  const side = (version: Version, which: 'before' | 'after'): Version => ({
    ...version,
    files: Object.fromEntries(
      [...sheets].flatMap(([path, lines]): [string, string][] => {
        const kept = lines.flatMap((line) => line[which] ?? []);
        return kept.length === 0 && lines.length > 0 ? [] : [[path, kept.join('\n')]];
      }),
    ),
  });
  return { ...trial, before: side(trial.before, 'before'), after: side(trial.after, 'after') };
}

function sheetsOf({ before, after }: Trial): Sheets {
  const paths = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
  return new Map([...paths].map((path) => [path, difference(linesOf(before.files, path), linesOf(after.files, path))]));
}

const linesOf = (files: Files, path: string): string[] => files[path]?.split('\n') ?? [];

/** By the longest common subsequence. */
function difference(before: readonly string[], after: readonly string[]): Line[] {
  const common = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i]![j] =
        before[i] === after[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const isSame = i < before.length && j < after.length && before[i] === after[j];
    if (isSame) lines.push({ before: before[i++]!, after: after[j++]! });
    else if (j >= after.length || (i < before.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      lines.push({ before: before[i++]! });
    else enterAfter(lines, after[j++]!);
  }
  return lines;
}

/** A line that is new in the place of one that is gone is that line, changed. */
function enterAfter(lines: Line[], after: string): void {
  let at = lines.length;
  while (lines[at - 1]?.after === undefined && lines[at - 1]?.before !== undefined) at--;
  if (at === lines.length) lines.push({ after });
  else lines[at] = { ...lines[at], after };
}

/** The trial as a person reads it: every file once, with the lines that differ marked, and what it makes. */
export function toldTrial(trial: Trial): string {
  const told = [...sheetsOf(trial)].map(([path, lines]) => {
    const marked = lines.flatMap(({ before, after }) =>
      before === after
        ? [`  ${before}`]
        : [...(before === undefined ? [] : [`- ${before}`]), ...(after === undefined ? [] : [`+ ${after}`])],
    );
    return `${path}\n${marked.join('\n')}`;
  });
  return `edit: ${trial.edit}\n${told.join('\n')}`;
}
