/** What the first bytes of a file say that it is, when it is not plain text in UTF-8. */

export interface FileKind {
  /** With its article: `an Excel workbook`. */
  readonly what: string;
  readonly remedy: string;
}

/** Bytes that tell: tar's name stands at the 257th. */
export const HEAD_BYTES = 1_024;

const DECOMPRESS = 'Decompress it.';
const NO_ROWS = 'Write its rows as CSV or NDJSON.';
const CONVERT = 'Convert it: iconv -f UTF-16 -t UTF-8 FILE > FILE.utf8.';

// oxlint-disable no-control-regex -- control characters are what tells them

/** By what a head looks like with each byte as one character (Latin-1). The first that fits holds. */
const KINDS: readonly (readonly [looks: RegExp, what: string, remedy: string])[] = [
  [/^\x1f\x8b/, 'gzip', 'Let its name end in .gz, or decompress it.'],
  [/^(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/, 'zstd', 'Let its name end in .zst, or decompress it.'],
  [/^BZh[1-9]1AY&SY/, 'bzip2', DECOMPRESS],
  [/^\xfd7zXZ\0/, 'xz', DECOMPRESS],
  [/^\x04\x22\x4d\x18/, 'lz4', DECOMPRESS],
  [/^7z\xbc\xaf\x27\x1c/, 'a 7-Zip archive', 'Unpack it.'],
  [/^PK\x03\x04[^]*(?:xl\/|\[Content_Types\])/, 'an Excel workbook', 'Save its sheet as CSV in UTF-8.'],
  [/^PK\x03\x04[^]*opendocument/, 'an OpenDocument spreadsheet', 'Save its sheet as CSV in UTF-8.'],
  [/^PK(?:\x03\x04|\x05\x06)/, 'a zip archive', 'Unpack it.'],
  [/^[^]{257}ustar/, 'a tar archive', 'Unpack it.'],
  [/^\xd0\xcf\x11\xe0/, 'an old Excel workbook', 'Save its sheet as CSV in UTF-8.'],
  [/^PAR1[^ -~]/, 'Parquet', NO_ROWS],
  [/^ARROW1\0/, 'an Arrow file', NO_ROWS],
  [/^Obj\x01/, 'Avro', NO_ROWS],
  [/^SQLite format 3\0/, 'an SQLite database', NO_ROWS],
  [/^%PDF-/, 'PDF', NO_ROWS],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS, not the file itself', 'Fetch it: git lfs pull.'],
  [/^(?:\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0)/, 'text in UTF-32', CONVERT.replace('-16', '-32')],
  [/^(?:\xff\xfe|\xfe\xff|(?:[^\0]\0){2}|(?:\0[^\0]){2})/, 'text in UTF-16', CONVERT],
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body)/i,
    'an HTML page',
    'It may be the page of an error, or of a login: download the file again.',
  ],
  [
    /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|error>)/i,
    'XML',
    'It may be the answer of a failed download: look into it, and download the file again.',
  ],
];
// oxlint-enable no-control-regex

/** Undefined for what may be CSV or NDJSON. */
export function fileKind(head: Uint8Array): FileKind | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString('latin1');
  const kind = KINDS.find(([looks]) => looks.test(text));
  return kind && { what: kind[1], remedy: kind[2] };
}
