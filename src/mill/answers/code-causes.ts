/** What a chain of causes says of changed code, where it ends. */

/** Of a cell that will run, and of one that ran because of it. */
export const CODE_CAUSES: Readonly<Record<string, { readonly present: string; readonly past: string }>> = {
  code: {
    present: 'its own code is another than when it ran',
    past: 'its own code was another than the time before',
  },
  layer: {
    present: 'code that it reaches in other modules is another than when it ran',
    past: 'code that it reaches in other modules was another than the time before',
  },
  infrastructure: {
    present: 'Node, a package that it reaches, or Daymill itself is another version than when it ran',
    past: 'Node, a package that it reaches, or Daymill itself was another version than the time before',
  },
  epoch: {
    present: 'the project raised its epoch (daymill.config.ts: epoch)',
    past: 'the project had raised its epoch (daymill.config.ts: epoch)',
  },
};
