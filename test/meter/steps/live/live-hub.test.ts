/** What the hub keeps for readers that come back, and what it tells to other instances. */
import { expect, test } from 'vitest';
import type { Frame, FrameContent } from '../../../../src/meter/live/frame.ts';
import type { Feed, FeedBatch } from '../../../../src/meter/ports/feed.ts';
import { BATCH_BYTES, LiveHub, RESUME_MS } from '../../../../src/meter/steps/live/live-hub.ts';

/** A document of Firestore. */
const MAX_DOCUMENT_BYTES = 1_048_576;

const frame = (data: string): FrameContent => ({ kind: 'heartbeat', devices: ['d'], data });

function hub() {
  const published: (readonly FeedBatch[])[] = [];
  const warnings: string[] = [];
  const state = { now: 1_000_000, listening: 0 };
  const feed: Feed = {
    announce: () => Promise.resolve(),
    isRead: () => Promise.resolve(true),
    publish: (_organization, _instance, batches) => {
      published.push(batches);
      return Promise.resolve();
    },
    listen: () => {
      state.listening++;
      return () => state.listening--;
    },
  };
  const log = { warn: (_: unknown, text: string) => void warnings.push(text) };
  const live = new LiveHub({ feed, instance: 'i', clock: { now: () => state.now }, log });
  return { live, published, warnings, state };
}

function reading() {
  const heard: Frame[] = [];
  return { heard, part: (one: Frame) => one, send: (one: Frame) => void heard.push(one), end: () => {} };
}

test('one that comes back hears what it has missed, and is told so when that is not known any more', () => {
  const { live, state } = hub();
  const reader = reading();
  const { leave } = live.join('acme', reader, undefined);
  live.tell('acme', frame('1'));
  leave();
  live.tell('acme', frame('2'));
  state.now += RESUME_MS - 1;
  live.tick();
  expect(state.listening).toBe(1);
  const id = reader.heard[0]?.id;
  const back = live.join('acme', reading(), id);
  expect(back.missed?.map(({ data }) => data)).toEqual(['2']);
  back.leave();
  state.now += RESUME_MS;
  // What comes now is kept for nobody.
  live.tell('acme', frame('3'));
  expect(live.join('acme', reading(), id).missed, 'with or without a tick before').toBeUndefined();
  expect(state.listening).toBe(1);
});

test('an organization that nobody reads any more is let go', () => {
  const { live, state } = hub();
  live.join('acme', reading(), undefined).leave();
  state.now += RESUME_MS;
  live.tick();
  expect([state.listening, live.readers]).toEqual([0, 0]);
});

test('what other instances are told fits into a document, and what does not is said', async () => {
  const { live, published, warnings, state } = hub();
  live.observe({ organization: 'acme', samples: { length: 0 }, series: new Map(), refused: new Set() } as never);
  await Promise.resolve();
  for (let second = 0; second < 7; second++) {
    state.now += 1_000;
    live.tell('acme', frame('x'.repeat(BATCH_BYTES)));
    for (let at = 1; at < 20; at++) live.tell('acme', frame('x'.repeat(75_000)));
  }
  const last = published.at(-1) ?? [];
  const bytes = last.map(({ frames }) => frames.reduce((sum, { data }) => sum + data.length, 0));
  expect(bytes.every((one) => one > 0 && one <= BATCH_BYTES)).toBe(true);
  expect(bytes).toHaveLength(5);
  expect(JSON.stringify(last).length).toBeLessThan(MAX_DOCUMENT_BYTES);
  expect(warnings.join('\n')).toMatch(/\d+ of 20 frames are more than is told/);
});
