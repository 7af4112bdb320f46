/** A computation that may give another result from the same inputs, in a line. */

export const describeDistrust = (name: string, seen: string): string =>
  `${name} is not trusted to give the same again: ${seen}. No proof and no early cutoff spares it a run.`;
