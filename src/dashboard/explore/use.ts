/** What the meter's views share of the clock and of answers. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Answer, refreshAll } from '../data/answer.ts';
import { isPaused } from '../data/live.ts';
import { project } from '../data/project.ts';
import type { Caller } from './curl.ts';

/** The time in whole steps of so many ms: it moves from step to step, and stands still while the page is paused or hidden. */
export function useNow(stepMs: number): number {
  const whole = (): number => Math.floor(Date.now() / stepMs) * stepMs;
  const [now, setNow] = useState(whole);
  useEffect(() => {
    const look = (): void => {
      if (!isPaused.value && !document.hidden) setNow(whole());
    };
    look();
    const timer = setInterval(look, Math.min(stepMs, 1_000));
    return () => clearInterval(timer);
  }, [stepMs]);
  return Math.min(now, whole());
}

/** Asks for what is shown again every so many ms: what the planner does not know of moves on without it. */
export function useRefresh(everyMs: number): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!isPaused.value && !document.hidden) refreshAll();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

/** The answer, and while it is on its way what was last answered to the same question: what moves on does not blink. */
export function useKept<T>(answer: Answer<T>, question: string): Answer<T> {
  const kept = useRef<{ readonly question: string; readonly data: T }>(undefined);
  if (answer.data !== undefined) kept.current = { question, data: answer.data };
  const { current } = kept;
  if (answer.data !== undefined || current?.question !== question) return answer;
  return { ...answer, data: current.data };
}

/** Pixels that the view has, in hundreds: a step more or less is no new question. */
export function useWidth(): number {
  const measure = (): number =>
    Math.max(300, Math.floor((document.querySelector('main')?.clientWidth ?? 1_000) / 100) * 100);
  const [width, setWidth] = useState(measure);
  useEffect(() => {
    const look = (): void => setWidth(measure());
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  return width;
}

export const caller = (): Caller => ({
  origin: location.origin,
  organization: project.value?.organization ?? 'demo',
  isLocal: project.value?.target !== 'cloud',
});

/** A path of the API with its parameters. */
export function urlOf(
  path: string,
  parameters: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): string {
  const params = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters))
    for (const value of given === undefined ? [] : typeof given === 'string' ? [given] : given)
      params.append(name, value);
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}
