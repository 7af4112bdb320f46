/** What is under way is looked at again and again, until it is over: its tasks end without the planner moving on. */
import { useEffect } from 'preact/hooks';
import { askAgain } from './answer.ts';
import { isPaused } from './live.ts';

/** Between two looks, in ms. What has not changed is answered by its ETag alone. */
const LOOK_MS = 2_000;

export function useWatch(isOpen: boolean, urls: readonly string[]): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(() => {
      if (!isPaused.value && !document.hidden) for (const url of urls) askAgain(url);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOpen, urls.join()]);
}
