/** What `daymill load` is given to read: files, patterns of files, or standard input. */
import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { RowFormat } from '../mill/model/dataset.ts';
import type { FileRow } from '../mill/model/file-row.ts';
import { formatOf, isTyped, type ReadRowsOptions, readRows, textRows } from '../mill/sources/read-rows.ts';
import { diskFile } from '../mill/sources/disk-file.ts';
import { utf8Text } from '../mill/sources/utf8.ts';

export interface LoadInputs {
  readonly files: readonly { readonly name: string; readonly format: RowFormat }[];
  /** Whether their rows have types, and go to the schema without `parse`. */
  readonly typed: boolean;
}

const STANDARD_INPUT = '-';

const FORMATS: readonly string[] = ['csv', 'ndjson', 'json', 'parquet'] satisfies RowFormat[];

/** @throws {UserError} BAD_ARGUMENT, MISSING_FILE for a pattern that no file fits */
export function loadInputs(named: readonly string[], asked: string | undefined): LoadInputs {
  if (asked !== undefined && !FORMATS.includes(asked))
    throw new UserError('BAD_ARGUMENT', `There is no format "${asked}". Use csv, ndjson, json or parquet.`);
  const names = named.flatMap(expanded);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UserError('BAD_ARGUMENT', `${twice} is named twice. Name it once.`);
  const files = names.map((name) => ({ name, format: formatFor(name, asked as RowFormat | undefined) }));
  const [first] = files;
  const typed = first !== undefined && isTyped(first.format);
  const other = files.find(({ format }) => isTyped(format) !== typed);
  if (other !== undefined)
    throw new UserError(
      'BAD_ARGUMENT',
      `${first?.name} and ${other.name} cannot be one load: rows of ${other.format} and of ${first?.format} are read in other ways. Load one after the other.`,
    );
  return { files, typed };
}

function expanded(name: string): readonly string[] {
  if (name === STANDARD_INPUT || existsSync(name) || !/[*?[{]/.test(name)) return [name];
  const found = globSync(name).sort();
  if (found.length === 0) throw new UserError('MISSING_FILE', `No file fits ${name}.`);
  return found;
}

function formatFor(name: string, asked: RowFormat | undefined): RowFormat {
  const format = asked ?? (name === STANDARD_INPUT ? undefined : formatOf(name));
  if (format !== undefined) return format;
  const what = name === STANDARD_INPUT ? 'Standard input' : name;
  throw new UserError(
    'BAD_ARGUMENT',
    `${what} does not say by its name what is in it. Add --format csv, ndjson, json or parquet.`,
  );
}

type Options = Omit<ReadRowsOptions, 'format' | 'name'>;

/** One after another; with its file where there are several. @throws as `readRows` */
export async function* rowsOfInputs({ files }: LoadInputs, options: Options): AsyncGenerator<FileRow[]> {
  for (const { name, format } of files) {
    const rows =
      name === STANDARD_INPUT
        ? standardInput(format, options)
        : readRows(await diskFile(resolve(name), name), { ...options, format });
    for await (const batch of rows)
      yield files.length === 1 ? batch : batch.map((row) => Object.assign(row, { file: name }));
  }
}

/** How much is to come nobody knows. */
function standardInput(format: RowFormat, options: Options): AsyncIterable<FileRow[]> {
  const name = 'standard input';
  let read = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      read += chunk.length;
      yield chunk;
    }
  };
  return textRows({ chunks: utf8Text(counted(), name), size: 0, bytesRead: () => read }, { ...options, format }, name);
}
