/** https://cloud.google.com/workflows/docs/reference/stdlib/list/concat and its neighbours. */
import { pure } from './define.ts';

export const list = {
  concat: pure({ objs: 'list', val: 'any' }, ({ objs, val }) => [...objs, val]),
  prepend: pure({ objs: 'list', val: 'any' }, ({ objs, val }) => [val, ...objs]),
};
