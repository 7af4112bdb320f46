/** `_created` of OpenMetrics: since when the samples beside it count. It may come before them or behind them. */
import type { Samples } from '../../model/samples.ts';
import { type Label, NAME_LABEL } from '../../model/series.ts';

interface Group {
  startMs: number | undefined;
  /** Where the line is that said so, to be read as a sample when there is nothing that it says it of. */
  line: number;
  readonly samples: number[];
}

/** Labels that tell samples of one metric from each other. */
const WITHIN = new Set([NAME_LABEL, 'le', 'quantile']);

export class Created {
  readonly #into: Samples;
  /** By the labels that the samples of a metric share. */
  readonly #groups = new Map<string, Group>();

  constructor(into: Samples) {
    this.#into = into;
  }

  #groupOf(labels: readonly Label[]): Group {
    const key = JSON.stringify(labels.filter(([name]) => !WITHIN.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const group = this.#groups.get(key) ?? { startMs: undefined, line: -1, samples: [] };
    this.#groups.set(key, group);
    return group;
  }

  /** A sample that a `_created` may be of. */
  sample(labels: readonly Label[], sample: number): void {
    this.#groupOf(labels).samples.push(sample);
  }

  say(labels: readonly Label[], startMs: number, line: number): void {
    const group = this.#groupOf(labels);
    group.startMs = startMs;
    group.line = line;
  }

  /** After the last sample of a family. Gives the lines that were said of nothing. */
  finish(): number[] {
    const left: number[] = [];
    for (const { startMs, samples, line } of this.#groups.values()) {
      if (startMs === undefined) continue;
      if (samples.length === 0) left.push(line);
      for (const sample of samples) this.#into.setStart(startMs, sample);
    }
    this.#groups.clear();
    return left;
  }
}
