/** What was refused of what was sent: a letter a request. Pure. */

/** As GET /api/metrics/dead-letters has it. */
export interface Letter {
  readonly id: string;
  readonly source: string;
  readonly route: string;
  readonly receivedAt: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly droppedItems: number;
}

export interface WholeLetter extends Letter {
  readonly items: readonly {
    readonly index: number;
    readonly code: string;
    readonly reason: string;
    readonly item?: unknown;
    readonly count?: number;
  }[];
}

/** In words, as src/meter/model/rejection.ts means them. */
export const CODE_WORDS: Readonly<Record<string, string>> = {
  MALFORMED: 'does not parse as its format',
  BAD_FIELD: 'a field is missing, or not what it must be',
  BAD_NAME: 'of a metric or a label',
  DUPLICATE_LABEL: 'the same label twice',
  BAD_TIMESTAMP: 'none, or too far from now',
  BAD_VALUE: 'no number, or a histogram that does not add up',
  LABEL_LIMIT: 'too many labels, or too long',
  SERIES_LIMIT: 'all series that are allowed are there',
  TOO_LARGE: 'larger than is taken',
  TOO_OLD: 'of a day that is no longer taken',
  FORBIDDEN: 'of another organization',
};

export const itemsOf = ({ counts }: Letter): number => Object.values(counts).reduce((sum, many) => sum + many, 0);

export interface CodeCount {
  readonly code: string;
  readonly items: number;
  readonly letters: number;
  readonly lastAt: string;
}

/** By code, the most first. */
export function codeCounts(letters: readonly Letter[]): readonly CodeCount[] {
  const codes = new Map<string, CodeCount>();
  for (const { counts, receivedAt } of letters)
    for (const [code, many] of Object.entries(counts)) {
      const { items, letters: before, lastAt } = codes.get(code) ?? { items: 0, letters: 0, lastAt: '' };
      const last = receivedAt > lastAt ? receivedAt : lastAt;
      codes.set(code, { code, items: items + many, letters: before + 1, lastAt: last });
    }
  return [...codes.values()].toSorted((a, b) => b.items - a.items || (a.code < b.code ? -1 : 1));
}
