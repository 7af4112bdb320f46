/** Keys: one listener for the page, a table that the list of keys (`?`) is printed from. */

export interface Key {
  /** As `event.key` has it; of two pressed one after the other with a space: `g r`. */
  readonly keys: string;
  readonly does: string;
  readonly run: () => void;
}

/** Between the keys of a pair, in ms. */
const PAIR_MS = 1_200;

const bound = new Map<string, Key>();
let pending = '';
let pendingMs = 0;

/** What the keys do from now on, until what it answers is called. A later one goes before an earlier one. */
export function bindKeys(keys: readonly Key[]): () => void {
  const before = keys.map((key) => [key.keys, bound.get(key.keys)] as const);
  for (const key of keys) bound.set(key.keys, key);
  return () => {
    for (const [index, [name, earlier]] of before.entries()) {
      if (bound.get(name) !== keys[index]) continue;
      if (earlier === undefined) bound.delete(name);
      else bound.set(name, earlier);
    }
  };
}

export const boundKeys = (): readonly Key[] => [...bound.values()];

const isTyping = ({ target }: Event): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** For the whole page, once. */
export const listenForKeys = (): void => addEventListener('keydown', pressed);

function pressed(event: KeyboardEvent): void {
  if (event.altKey || event.metaKey) return;
  const name = event.ctrlKey ? `Ctrl-${event.key.toLowerCase()}` : event.key;
  // In a text, only what no text has.
  if (isTyping(event) && !event.ctrlKey && event.key !== 'Escape') return;
  const now = performance.now();
  const pair = now - pendingMs < PAIR_MS ? bound.get(`${pending} ${name}`) : undefined;
  const key = pair ?? bound.get(name);
  pending = name;
  pendingMs = now;
  if (key === undefined) return;
  event.preventDefault();
  pending = '';
  key.run();
}
