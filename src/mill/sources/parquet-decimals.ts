/** Parquet's DECIMAL columns as the numbers that they say: hyparquet multiplies them by a power of ten, which makes 57 cents 0.5700000000000001. */
import type { FileMetaData, SchemaElement } from 'hyparquet';
import { exactNumber } from '../../values/exact-number.ts';

/** Column to the digits behind its point. */
export type Decimals = ReadonlyMap<string, number>;

/** The decimals among the columns, and metadata that has hyparquet give their integers as they are. */
export function withoutDecimals(metadata: FileMetaData): {
  readonly metadata: FileMetaData;
  readonly decimals: Decimals;
} {
  const decimals = new Map<string, number>();
  const [root, ...elements] = metadata.schema;
  if (root === undefined) return { metadata, decimals };
  let inside = 0;
  const schema = elements.map((element) => {
    const isColumn = inside === 0;
    inside += (element.num_children ?? 0) - (inside > 0 ? 1 : 0);
    if (!isColumn || !isDecimal(element)) return element;
    decimals.set(element.name, element.scale ?? 0);
    const { converted_type: _, logical_type: __, ...plain } = element;
    return plain;
  });
  return { metadata: { ...metadata, schema: [root, ...schema] }, decimals };
}

/** Those of variable length would be read as text, so they stay hyparquet's. */
const isDecimal = ({ type, converted_type, logical_type }: SchemaElement): boolean =>
  (converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL') && type !== 'BYTE_ARRAY';

/** A number, or the digits as text where no number holds them. */
export function decimalValue(unscaled: unknown, scale: number): unknown {
  const integer = unscaled instanceof Uint8Array ? fromBytes(unscaled) : unscaled;
  if (typeof integer !== 'bigint' && typeof integer !== 'number') return integer;
  const text = `${integer}e-${scale}`;
  return exactNumber(text) ?? pointed(String(integer), scale);
}

/** Big-endian, in two's complement. */
const fromBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

function pointed(integer: string, scale: number): string {
  const [, sign = '', digits = ''] = /^(-?)(\d+)$/.exec(integer) ?? [];
  if (scale === 0) return integer;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
