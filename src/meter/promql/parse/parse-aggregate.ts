/** Reads an aggregation; `by` and `without` stand before the parentheses or after them. */
import { AGGREGATIONS } from '../functions/signatures.ts';
import type { Expr } from './ast.ts';
import { checkAggregate } from './check.ts';
import type { Cursor } from './cursor.ts';
import { parseLabels } from './parse-selector.ts';

export function parseAggregate(cursor: Cursor, operator: string, parseArgument: () => Expr): Expr {
  const { start } = cursor.next();
  const before = parseGrouping(cursor);
  cursor.expect('(', 'aggregation');
  const args: Expr[] = [];
  while (!cursor.is(')')) {
    args.push(parseArgument());
    if (!cursor.take(',')) break;
  }
  let { end } = cursor.expect(')', 'aggregation');
  const after = before === undefined ? parseGrouping(cursor) : undefined;
  end = after?.end ?? end;
  const takes = AGGREGATIONS.get(operator) === undefined ? 1 : 2;
  if (args.length !== takes) {
    const message = `wrong number of arguments for aggregate expression provided, expected ${takes}, got ${args.length}`;
    throw cursor.error(message, { start, end });
  }
  const aggregate: Expr = {
    kind: 'aggregate',
    operator,
    param: takes === 2 ? args[0] : undefined,
    expr: args.at(-1) as Expr,
    without: (before ?? after)?.without ?? false,
    labels: (before ?? after)?.labels ?? [],
    position: { start, end },
  };
  checkAggregate(aggregate, cursor);
  return aggregate;
}

interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
  readonly end: number;
}

function parseGrouping(cursor: Cursor): Grouping | undefined {
  const without = cursor.isWord('without');
  if (!without && !cursor.isWord('by')) return undefined;
  cursor.next();
  const labels = parseLabels(cursor);
  return { without, labels, end: cursor.token.start };
}
