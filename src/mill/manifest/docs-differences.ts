/** Which parts of a page of computations are not as they would be written now. */

export interface DocsDifference {
  /** The heading. */
  readonly part: string;
  readonly kind: 'changed' | 'missing' | 'left over';
}

/** Headings begin at the start of a line, outside of fences: neither comments nor descriptions bring any of their own. */
export function docsDifferences(written: string, now: string): DocsDifference[] {
  const [before, after] = [partsOf(written), partsOf(now)];
  const differences = [...after].flatMap(([part, text]): DocsDifference[] => {
    const old = before.get(part);
    if (old === text) return [];
    return [{ part, kind: old === undefined ? 'missing' : 'changed' }];
  });
  const left = [...before.keys()].filter((part) => !after.has(part));
  differences.push(...left.map((part): DocsDifference => ({ part, kind: 'left over' })));
  // Nothing but where they stand, or what is between them.
  return differences.length === 0 && written !== now ? [{ part: 'order', kind: 'changed' }] : differences;
}

function partsOf(page: string): Map<string, string> {
  const parts = new Map<string, string>();
  let part = 'before the first heading';
  let section = '';
  for (const line of page.split('\n')) {
    const [, marks = '', heading] = /^(#{1,3}) (.*)$/.exec(line) ?? [];
    if (heading !== undefined) {
      if (marks.length < 3) section = heading;
      part = marks.length < 3 || !parts.has(heading) ? heading : `${section}: ${heading}`;
    }
    parts.set(part, `${parts.get(part) ?? ''}${line}\n`);
  }
  return new Map(
    [...parts].map(([heading, text]) => [heading, text.trim()] as const).filter(([, text]) => text !== ''),
  );
}
