/**
 * The end of a command whose local cloud can keep nothing any more: a full disk, a page that cannot be read. Whatever the command waits
 * for would be tried again for ever, so it is waited for no more.
 */
const broken = Promise.withResolvers<never>();
let isBroken = false;
// Nobody may be listening yet.
broken.promise.catch(() => {
  isBroken = true;
});

/** Rejects with why; else it stays as it is. */
export const stateBroke: Promise<never> = broken.promise;

/** Whether what still waits in this process waits for nothing. */
export const isStateBroken = (): boolean => isBroken;

/** For a local cloud that this process has started. */
export function endWhenBroken<C extends { readonly broken: Promise<Error> }>(cloud: C): C {
  void cloud.broken.then(broken.reject);
  return cloud;
}
