/** https://cloud.google.com/workflows/docs/reference/stdlib/math/abs and its neighbours. */
import { systemError } from '../errors.ts';
import { isInt64 } from '../value.ts';
import { pure } from './define.ts';

export const math = {
  abs: pure({ x: 'number' }, ({ x }) => {
    if (typeof x === 'number') return Math.abs(x);
    const result = x < 0n ? -x : x;
    if (!isInt64(result)) throw systemError('ValueError', `math.abs: ${result} exceeds 64 bits`);
    return result;
  }),
  max: pure({ x: 'number', y: 'number' }, ({ x, y }) => (y > x ? y : x)),
  min: pure({ x: 'number', y: 'number' }, ({ x, y }) => (y < x ? y : x)),
};
