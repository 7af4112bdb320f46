/**
 * A grid as it is sent: little-endian u32 length of a header, the header as JSON, then
 *
 *     bases    a byte a row: the one that most of its cells are
 *     gaps     of each stretch of neighbours in a row that are alike and not their row's base: cells since the stretch before
 *     lengths  of each stretch: its cells but one
 *     states   of each stretch: its byte
 *
 * with gaps and lengths in seven bits a byte, the lowest first, the eighth set where more follow. Most cells are as their neighbours, and
 * kinds of numbers that lie together are packed well: a million cells with one in a hundred out of order take half of what a byte a cell does.
 */
import type { GridAnswer } from './grid.ts';

/** Of the form that is described here. */
const VERSION = 2;

export function packGrid({ sequence, from, to, computations, states }: GridAnswer): Uint8Array {
  const rows = computations.length;
  const width = rows === 0 ? 0 : states.length / rows;
  const bases = new Uint8Array(rows);
  const [gaps, lengths, values] = [[], [], []] as [number[], number[], number[]];
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const [first, last] = [row * width, (row + 1) * width];
    const base = commonest(states.subarray(first, last));
    bases[row] = base;
    for (let at = first; at < last;) {
      const state = states[at] as number;
      let next = at + 1;
      while (next < last && states[next] === state) next++;
      if (state !== base) {
        addNumber(gaps, at - end);
        addNumber(lengths, next - at - 1);
        values.push(state);
        end = next;
      }
      at = next;
    }
  }
  const header = { v: VERSION, sequence, from, to, computations, stretches: values.length };
  return joined(new TextEncoder().encode(JSON.stringify(header)), [bases, gaps, lengths, values]);
}

/** Of the most cells; 0 of none. */
function commonest(states: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (let at = 0; at < states.length; at++) {
    const state = states[at] as number;
    counts[state] = (counts[state] as number) + 1;
  }
  let most = 0;
  for (let state = 1; state < counts.length; state++)
    if ((counts[state] as number) > (counts[most] as number)) most = state;
  return most;
}

function addNumber(to: number[], number: number): void {
  let rest = number;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) to.push((rest & 0x7f) | 0x80);
  to.push(rest);
}

function joined(header: Uint8Array, parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 4 + header.length);
  const packed = new Uint8Array(length);
  new DataView(packed.buffer).setUint32(0, header.length, true);
  packed.set(header, 4);
  let at = 4 + header.length;
  for (const part of parts) {
    packed.set(part, at);
    at += part.length;
  }
  return packed;
}
