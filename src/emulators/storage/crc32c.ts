/** CRC32C, the checksum of Cloud Storage: Castagnoli's polynomial (RFC 3720), which zlib's crc32 does not have. */

/** Reflected. */
const POLYNOMIAL = 0x82f6_3b78;
/** Bytes that one step takes. */
const SLICES = 8;

/** Row 0 is the classic table; row n is what a byte comes to when n zero bytes follow it. */
const TABLES: readonly Int32Array[] = buildTables();

function buildTables(): Int32Array[] {
  const classic = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  });
  const tables = [classic];
  for (let table = classic; tables.length < SLICES; tables.push(table)) {
    table = table.map((crc) => (crc >>> 8) ^ at(classic, crc));
  }
  return tables;
}

function at(table: Int32Array | undefined, value: number): number {
  return (table as Int32Array)[value & 0xff] as number;
}

/**
 * Goes on with the CRC32C of what came before.
 * @param crc of what came before; 0 of nothing
 * @returns an unsigned 32-bit integer
 */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let state = ~crc;
  let index = 0;
  const whole = bytes.length - (bytes.length % SLICES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (; index < whole; index += SLICES) {
    const low = view.getInt32(index, true) ^ state;
    const high = view.getInt32(index + 4, true);
    state =
      at(t7, low) ^
      at(t6, low >>> 8) ^
      at(t5, low >>> 16) ^
      at(t4, low >>> 24) ^
      at(t3, high) ^
      at(t2, high >>> 8) ^
      at(t1, high >>> 16) ^
      at(t0, high >>> 24);
  }
  for (; index < bytes.length; index += 1) state = (state >>> 8) ^ at(t0, state ^ (bytes[index] as number));
  return ~state >>> 0;
}
