import { expect, test } from 'vitest';
import { type Answer, openApi } from '../../../src/deploy/google/api.ts';

const refusal = (status: number, code: string, message = 'no'): Answer => ({
  status,
  data: { error: { status: code, message } },
});
const OK: Answer = { status: 200, data: { is: 'there' } };

/** An API that gives these answers in turn, the last for ever; and what was waited, in seconds. */
function answering(answers: readonly Answer[], patient = true) {
  let calls = 0;
  let ms = 0;
  const told: string[] = [];
  const api = openApi({
    request: () => Promise.resolve(answers[Math.min((calls += 1), answers.length) - 1] ?? OK),
    clock: { now: () => ms, sleep: (pause) => Promise.resolve(void (ms += pause)) },
    onWait: (text) => told.push(text),
    patient,
  });
  return { api, told, waited: () => ({ calls, seconds: ms / 1_000 }) };
}

test.each([
  ['too many requests', refusal(429, 'RESOURCE_EXHAUSTED')],
  ['a server that is busy', refusal(503, 'UNAVAILABLE')],
  ['somebody who was faster', refusal(409, 'ABORTED')],
  [
    'another index of the collection',
    refusal(400, 'FAILED_PRECONDITION', 'An operation on this field is in progress.'),
  ],
])('%s is tried again, after longer and longer pauses', async (_, answer) => {
  const { api, waited, told } = answering([answer, answer, answer, OK]);
  expect(await api.send('POST', 'https://x', {})).toEqual({ is: 'there' });
  expect({ ...waited(), told }).toEqual({ calls: 4, seconds: 7, told: [] });
});

test.each([
  [
    'an account that is not known everywhere yet',
    refusal(404, 'NOT_FOUND', 'Service account a@p.iam.gserviceaccount.com does not exist.'),
  ],
  [
    'an agent that is being made',
    refusal(400, 'FAILED_PRECONDITION', 'The Service Agent is being made. It may take a few minutes.'),
  ],
  [
    'an API that was enabled a moment ago',
    refusal(403, 'PERMISSION_DENIED', 'Cloud Run API has not been used in project 1 before or it is disabled.'),
  ],
])('%s is waited for, saying so once, and seven minutes at most', async (_, answer) => {
  const soon = answering([answer, answer, OK]);
  await soon.api.send('POST', 'https://x', {});
  expect(soon.told).toEqual([expect.stringContaining('up to 7 minutes')]);
  const never = answering([answer]);
  await expect(never.api.send('POST', 'https://x', {})).rejects.toMatchObject({ name: 'GoogleError' });
  expect(never.waited().seconds).toBeGreaterThan(400);
  expect(never.waited().seconds).toBeLessThanOrEqual(420);
  // Who only looks is told at once.
  const looking = answering([answer], false);
  await expect(looking.api.send('POST', 'https://x', {})).rejects.toMatchObject({ name: 'GoogleError' });
  expect(looking.waited()).toEqual({ calls: 1, seconds: 0 });
});

test.each([
  ['a right that is missing', refusal(403, 'PERMISSION_DENIED', "Permission 'run.services.create' denied")],
  ['what is there already', refusal(409, 'ALREADY_EXISTS')],
  ['a bucket that is there already, without a status', refusal(409, '')],
  ['a body that is wrong', refusal(400, 'INVALID_ARGUMENT', 'timeout: too long')],
])('%s is told at once', async (_, answer) => {
  const { api, waited } = answering([answer]);
  await expect(api.send('POST', 'https://x', {})).rejects.toMatchObject({ name: 'GoogleError' });
  expect(waited()).toEqual({ calls: 1, seconds: 0 });
});

test('an operation is followed to its end, and its error is the call’s', async () => {
  const running = { status: 200, data: { name: 'operations/1', done: false } };
  const { api, waited } = answering([
    running,
    { status: 200, data: { name: 'operations/1', done: true, response: { a: 1 } } },
  ]);
  expect(await api.finish('https://x/v1', { name: 'operations/1' })).toEqual({ a: 1 });
  expect(waited()).toEqual({ calls: 2, seconds: 3 });
  const failed = answering([
    { status: 200, data: { name: 'operations/1', done: true, error: { code: 9, message: 'the build failed' } } },
  ]);
  await expect(failed.api.finish('https://x/v1', { name: 'operations/1' })).rejects.toThrow('the build failed');
});
