/** Any value as text, for comparing: also what JSON refuses, and what it cannot tell apart. */

/** Levels after which a value is not followed; a value that holds itself ends here. */
const MAX_LEVELS = 40;

/** Equal for values that storage makes equal: the order of members and `-0` do not count. */
export function inWords(value: unknown, level = 0): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (level > MAX_LEVELS) return '…';
  const deeper = (item: unknown): string => inWords(item, level + 1);
  if (Array.isArray(value)) return `[${Array.from(value, deeper).join(',')}]`;
  if (value instanceof Date) return `Date ${value.getTime()}`;
  if (value instanceof Map) return `Map ${deeper([...value])}`;
  if (value instanceof Set) return `Set ${deeper([...value])}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${Buffer.from(value.buffer).toString('base64')}`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}:${deeper(member)}`).join(',')}}`;
}
