/** A query's times, and those of the selectors in it. */
import type { At, Duration, Expr, Shift, VectorSelector } from '../parse/ast.ts';
import { bare, childrenOf } from '../parse/ast.ts';
import { infoSelectorOf } from '../functions/info.ts';
import type { Selection } from '../selection.ts';

export interface QueryRange {
  /** Milliseconds since 1970; both are evaluated. Of an instant query they are the same. */
  readonly startMs: number;
  readonly endMs: number;
  /** 0 of an instant query. */
  readonly stepMs: number;
  /** For how long a sample stands for those that follow. */
  readonly lookbackMs: number;
}

/** Of subqueries that say none. https://prometheus.io/docs/prometheus/latest/configuration/configuration/: global.evaluation_interval */
export const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export const durationMs = (duration: Duration, { startMs, endMs, stepMs }: QueryRange): number =>
  duration({ stepMs: Math.max(stepMs, 1), rangeMs: endMs - startMs });

export const atMs = (at: At, { startMs, endMs }: QueryRange): number =>
  at === 'start' ? startMs : at === 'end' ? endMs : at;

/** How far before an evaluation it looks. */
export const offsetMs = ({ offset }: Shift, range: QueryRange): number =>
  offset === undefined ? 0 : durationMs(offset, range);

interface Times {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Which samples each selector needs, of all steps together. */
export function selectionsOf(expr: Expr, range: QueryRange): Map<VectorSelector, Selection> {
  const found = new Map<VectorSelector, Selection>();
  const visit = (node: Expr, outer: Times, stepMs: number, func?: string): void => {
    if (node.kind === 'vector') {
      const { fromMs, toMs } = shifted(node, outer, range);
      const times = { fromMs: fromMs - range.lookbackMs, toMs, firstMs: fromMs };
      found.set(node, { matchers: node.matchers, ...times, stepMs, rangeMs: 0, func });
    } else if (node.kind === 'matrix') {
      const { fromMs, toMs } = shifted(node.vector, outer, range);
      const rangeMs = durationMs(node.range, range);
      const { matchers } = node.vector;
      found.set(node.vector, { matchers, fromMs: fromMs - rangeMs, toMs, firstMs: fromMs, stepMs, rangeMs, func });
    } else if (node.kind === 'subquery') {
      const { fromMs, toMs } = shifted(node, outer, range);
      const inner = node.step === undefined ? DEFAULT_SUBQUERY_STEP_MS : durationMs(node.step, range);
      visit(node.expr, { fromMs: fromMs - durationMs(node.range, range), toMs }, inner, undefined);
    } else {
      const own = node.kind === 'call' ? node.name : node.kind === 'aggregate' ? node.operator : func;
      for (const child of childrenOf(node)) visit(child, outer, stepMs, node.kind === 'binary' ? undefined : own);
      const info = infoSelectorOf(node);
      if (info !== undefined) visit(info, outer, stepMs, 'info');
    }
  };
  visit(bare(expr), { fromMs: range.startMs, toMs: range.endMs }, range.stepMs);
  return found;
}

function shifted(shift: Shift, { fromMs, toMs }: Times, range: QueryRange): Times {
  const offset = offsetMs(shift, range);
  if (shift.at === undefined) return { fromMs: fromMs - offset, toMs: toMs - offset };
  const at = atMs(shift.at, range) - offset;
  return { fromMs: at, toMs: at };
}
