/** Where an export goes: one file, or a file a day below a folder or a prefix of a bucket, as BigQuery and DuckDB read them. */
import { createWriteStream, mkdirSync, renameSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../errors.ts';
import { objectSink } from '../google/object-sink.ts';
import { CONTENT_TYPES, EXTENSIONS, type Format, FORMATS } from '../tables/formats.ts';

export interface ExportTarget {
  readonly format: Format;
  /** A file for all days; otherwise one a day. */
  readonly isOneFile: boolean;
  /** Answers where it went. `day` where there is a file a day. */
  write(content: AsyncIterable<Uint8Array>, day?: string): Promise<string>;
}

/** @throws {UserError} BAD_ARGUMENT */
export function readTarget(
  out: string,
  given: string | undefined,
  { cwd, projectId }: { readonly cwd: string; readonly projectId: string | undefined },
): ExportTarget {
  const ending = FORMATS.find((format) => out.endsWith(`.${EXTENSIONS[format]}`));
  const format = FORMATS.find((one) => one === given) ?? ending ?? 'parquet';
  if (given !== undefined && given !== format)
    throw new UserError('BAD_ARGUMENT', `--format takes one of ${FORMATS.join(', ')}, and "${given}" is none.`);
  const isOneFile = ending !== undefined;
  const [, bucket, prefix = ''] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(out) ?? [];
  const nameOf = (day: string | undefined): string =>
    day === undefined ? '' : join(`day=${day}`, `part-0.${EXTENSIONS[format]}`);
  return {
    format,
    isOneFile,
    async write(content, day) {
      const name = nameOf(day);
      if (bucket === undefined) return writeFile(resolve(cwd, out, name), content);
      const object = [prefix.replace(/\/$/, ''), name].filter((one) => one !== '').join('/');
      await pipeline(
        Readable.from(content, { objectMode: false }),
        await objectSink({ bucket, name: object, contentType: CONTENT_TYPES[format] }, projectId),
      );
      return `gs://${bucket}/${object}`;
    },
  };
}

/** Whole or not at all. */
async function writeFile(path: string, content: AsyncIterable<Uint8Array>): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.unfinished`;
  await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(unfinished));
  renameSync(unfinished, path);
  return path;
}
