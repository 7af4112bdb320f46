/** Of a long table only the rows that are seen are there: a thousand cost what fifty do. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Rows above and below what is seen, so that a quick scroll finds them there. */
const BESIDE = 20;
/** Until one was measured, in pixels. */
const ROW = 24;

/** From the first row to the one after the last; what lies before and after, in pixels. */
export interface InView {
  readonly first: number;
  readonly end: number;
  readonly before: number;
  readonly after: number;
}

/** All in pixels but the count. */
export function rowsInView(count: number, row: number, scrolled: number, height: number): InView {
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / row) - BESIDE));
  const end = Math.min(count, Math.ceil((scrolled + height) / row) + BESIDE);
  return { first, end: Math.max(first, end), before: first * row, after: (count - Math.max(first, end)) * row };
}

/** Rows of a box that scrolls; all of them when it does not. */
export function useRowsInView(count: number, isLong: boolean): [RefObject<HTMLDivElement | null>, InView] {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ scrolled: 0, height: 1_000, row: ROW });
  useEffect(() => {
    const element = box.current;
    if (element === null || !isLong) return undefined;
    let frame = 0;
    const look = (): void => {
      const row = element.querySelector('tbody tr[data-row]')?.getBoundingClientRect().height;
      setAt({ scrolled: element.scrollTop, height: element.clientHeight, row: row ?? ROW });
    };
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    look();
    element.addEventListener('scroll', soon, { passive: true });
    const observer = new ResizeObserver(soon);
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
      observer.disconnect();
    };
  }, [isLong]);
  return [
    box,
    isLong ? rowsInView(count, at.row, at.scrolled, at.height) : { first: 0, end: count, before: 0, after: 0 },
  ];
}
