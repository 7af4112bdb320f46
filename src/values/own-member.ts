/** Records that are used as maps, by names that others chose. */

/** What the record has under a name. `constructor` and the like, which every object inherits, are there only if they were put there. */
export const ownMember = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
