/** Records that are maps by name: what every object inherits is in none of them. */
import { expect, test } from 'vitest';
import { valueChanges } from '../../src/mill/answers/compare-results.ts';
import { printEntities } from '../../src/cli/value-table.ts';
import { piecesOf } from '../../src/mill/model/code-piece.ts';
import { NOTHING_STOPPED, pauseOf, withPaused } from '../../src/mill/model/control.ts';
import type { Entry } from '../../src/mill/model/artifact.ts';
import { ownMember } from '../../src/values/own-member.ts';
import { linesOn } from '../cli/screen.ts';

test.each(Object.getOwnPropertyNames(Object.prototype))('"%s" is there only where it was put', (name) => {
  expect(ownMember({}, name)).toBeUndefined();
  expect(ownMember(Object.fromEntries([[name, 1]]), name)).toBe(1);
});

test.each(Object.getOwnPropertyNames(Object.prototype))('a computation or a member may be called "%s"', (name) => {
  expect(pauseOf(NOTHING_STOPPED, name)).toBeUndefined();
  expect(pauseOf(withPaused(NOTHING_STOPPED, [name], { sinceMs: 1 }), name)).toEqual({ sinceMs: 1 });
  expect(piecesOf({ pieces: [], reached: {} }, name)).toEqual([]);
  const changed = Object.fromEntries([[name, 2]]);
  expect(valueChanges({}, changed)).toEqual([{ path: name, before: undefined, after: 2 }]);
  const entities: readonly Entry[] = [
    ['a', {}],
    ['b', changed],
  ];
  expect(linesOn(undefined, (output) => printEntities(entities, output))[1]?.trim()).toBe('a');
});
