/**
 * Where the files of a dataset's days lie: `gs://shop/orders/{date}/*.parquet`, `data/orders-{date}.csv`; or what of the collected days
 * is asked for: `collected://commands/{date}/*.ndjson`. Pure.
 */
import { type Day, isDay } from '../../values/date.ts';

export interface FilePattern {
  readonly text: string;
  /** Undefined for files of the project's own folder, and for what was collected. */
  readonly bucket: string | undefined;
  /** What of the collected days: a kind, and which of it, as a query. Such days are no files, but are read as if they were. */
  readonly collected?: { readonly kind: string; readonly query: string } | undefined;
  /** What the names of all its files begin with: within the bucket, or relative to the project's folder. */
  readonly prefix: string;
  /** The day that a file belongs to by its name; undefined for one that does not fit, or whose day does not exist. */
  dayOf(name: string): Day | undefined;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  date: '\\d{4}-\\d\\d-\\d\\d',
  yyyymmdd: '\\d{8}',
  yyyy: '\\d{4}',
  mm: '\\d\\d',
  dd: '\\d\\d',
};

/** https://cloud.google.com/storage/docs/buckets#naming */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** `{name}`, `**` (whatever it is), `*` (whatever has no slash). */
const TOKEN = /\{([^{}]*)\}|\*\*|\*/g;

/** Its parts, or what is wrong with it, for a message that names the dataset. */
export function filePattern(text: string): FilePattern | { readonly problem: string } {
  const [, kind, days, query = ''] = /^collected:\/\/([^/?]*)\/([^?]*)(?:\?(.*))?$/s.exec(text) ?? [];
  if (kind !== undefined && days !== undefined)
    return { ...patternOf(text, undefined, days), collected: { kind, query } };
  const [, bucket, path = text] = /^gs:\/\/([^/]*)\/(.*)$/.exec(text) ?? [];
  const problem = problemOf(text, bucket, path);
  return problem === undefined ? patternOf(text, bucket, path) : { problem };
}

function patternOf(text: string, bucket: string | undefined, path: string): FilePattern {
  const shape = shapeOf(path);
  return {
    text,
    bucket,
    prefix: path.slice(0, /[{*]/.exec(path)?.index ?? path.length),
    dayOf(name) {
      // Folders of consoles are empty objects.
      const found = name.endsWith('/') ? undefined : shape.exec(name)?.groups;
      if (found === undefined) return undefined;
      const { date, yyyymmdd = '', yyyy, mm, dd } = found;
      const day =
        date ??
        (yyyy === undefined
          ? `${yyyymmdd.slice(0, 4)}-${yyyymmdd.slice(4, 6)}-${yyyymmdd.slice(6)}`
          : `${yyyy}-${mm}-${dd}`);
      return isDay(day) ? day : undefined;
    },
  };
}

function problemOf(text: string, bucket: string | undefined, path: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && bucket === undefined)
    return 'only gs://BUCKET/… and files of the project can be read where they lie';
  if (bucket !== undefined && !BUCKET.test(bucket)) return `"${bucket}" is no name of a bucket`;
  if (bucket === undefined && (/^(?:[/\\~]|[a-z]:)/i.test(path) || path.split('/').includes('..')))
    return "files on disk are the project's own: write a path below its folder";
  const names = [...path.matchAll(TOKEN)].flatMap(([, name]) => name ?? []);
  const strange = names.find((name) => !Object.hasOwn(PLACEHOLDERS, name));
  if (strange !== undefined) return `{${strange}} is none of {date}, {yyyymmdd}, {yyyy}, {mm} and {dd}`;
  const given = [...new Set(names)].sort().join(' ');
  if (!['date', 'yyyymmdd', 'dd mm yyyy'].includes(given))
    return 'it must say where the day stands, in one way: {date}, {yyyymmdd}, or {yyyy} with {mm} and {dd}';
  return undefined;
}

/** A day that is named twice is the same both times. */
function shapeOf(path: string): RegExp {
  const seen = new Set<string>();
  let at = 0;
  let source = '';
  for (const { 0: token, 1: name, index } of path.matchAll(TOKEN)) {
    source += literally(path.slice(at, index));
    at = index + token.length;
    if (name === undefined) source += token === '**' ? '.*' : '[^/]*';
    else source += seen.has(name) ? `\\k<${name}>` : `(?<${name}>${PLACEHOLDERS[name]})`;
    if (name !== undefined) seen.add(name);
  }
  return new RegExp(`^${source}${literally(path.slice(at))}$`, 's');
}

/** Node 22 has no RegExp.escape. */
const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
