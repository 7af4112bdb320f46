/** JSON that brings back what it was given: bigints, -0, NaN and infinities too. For the few values that columns do not hold. */

const MARK = '$';

/** `{"$": "n12"}` is a bigint, `{"$": "dNaN"}` a double. */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'bigint') return { [MARK]: `n${member}` };
    if (typeof member === 'number' && (!Number.isFinite(member) || Object.is(member, -0)))
      return { [MARK]: `d${Object.is(member, -0) ? '-0' : member}` };
    return member;
  });

export const fromExactJson = (text: string): unknown =>
  JSON.parse(text, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    const marked = (member as Record<string, unknown>)[MARK];
    if (typeof marked !== 'string' || Object.keys(member).length !== 1) return member;
    return marked.startsWith('n') ? BigInt(marked.slice(1)) : Number(marked.slice(1));
  });
