/** Availability where heartbeats are odd. */
import { describe, expect, test } from 'vitest';
import { availability } from '../../../src/computations/fleet/availability.ts';
import { heartbeats } from '../../../src/computations/fleet/fleet.ts';
import { heartbeatSpans } from '../../../src/computations/fleet/heartbeat-spans.ts';
import { serviceAvailability } from '../../../src/computations/fleet/service-availability.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { runDay } from '../../../src/testing/index.ts';
import { BEFORE, DATE, each, seriesOf, wholeDay } from './series.ts';

const KEY = 'acme/api/api%2F1';
const named = (runtime_name: string) => ({ runtime_id: 'f00', runtime_name, runtime_type: 'server_api' });
const beats = (points: Parameters<typeof seriesOf>[2], options = {}) =>
  seriesOf('runtime_cpu_ema', named('api/1'), points, options);

async function availabilityOf(today: readonly CollectedSeries[], before: readonly CollectedSeries[] = []) {
  return runDay(availability, DATE, { heard: await runDay(heartbeatSpans, DATE, { heartbeats: { today, before } }) });
}

describe('a runtime', () => {
  test('that beats all day is there all day, whatever its interval', async () => {
    for (const step of [1, 5, 30])
      expect(
        (await availabilityOf([beats(wholeDay(step))], [beats(wholeDay(step), { date: BEFORE })]))[KEY],
      ).toMatchObject({
        availability: 1,
        expectedMinutes: 1_440,
        downMinutes: 0,
        outages: 0,
      });
  });

  test('that is silent is down from the heartbeat before to the one after', async () => {
    const points = { ...each(1, '00:00', '08:00'), ...each(1, '08:40', '23:59') };
    expect((await availabilityOf([beats(points)]))[KEY]).toMatchObject({
      availability: 1 - 40 / 1_440,
      downMinutes: 40,
      outages: 1,
      longestOutages: [{ from: '2026-03-02T08:00:00.000Z', minutes: 40, isOver: true }],
    });
  });

  test('that misses two heartbeats of three is not down yet', async () => {
    const { '08:01': _one, '08:02': _two, ...points } = wholeDay(1);
    expect((await availabilityOf([beats(points)]))[KEY]?.downMinutes).toBe(0);
  });

  test('that begins in the day is expected from then on, and one that ends in it is down until midnight', async () => {
    expect((await availabilityOf([beats(each(1, '12:00', '23:59'))]))[KEY]).toMatchObject({
      availability: 1,
      expectedMinutes: 720,
    });
    expect((await availabilityOf([beats(each(1, '00:00', '18:00'))]))[KEY]).toMatchObject({
      availability: 0.75,
      longestOutages: [{ from: '2026-03-02T18:00:00.000Z', minutes: 360, isOver: false }],
      lastHeard: '2026-03-02T18:00:00.000Z',
    });
  });

  test('that was there yesterday is expected from midnight on', async () => {
    const today = [beats(each(1, '06:00', '23:59'))];
    const before = [beats(each(1, '00:00', '20:00'), { date: BEFORE })];
    expect((await availabilityOf(today, before))[KEY]).toMatchObject({ availability: 0.75, expectedMinutes: 1_440 });
  });

  test('that has one heartbeat is down for the rest, and with stale markers alone was never heard of', async () => {
    expect((await availabilityOf([beats({ '12:00': 0.5 })]))[KEY]).toMatchObject({ availability: 0, downMinutes: 720 });
    expect((await availabilityOf([beats({ '23:59': 0.5 })]))[KEY]).toMatchObject({
      availability: 1,
      expectedMinutes: 1,
    });
    expect(await availabilityOf([beats({ '12:00': null, '12:01': null })])).toEqual({});
    expect(await availabilityOf([])).toEqual({});
  });

  test('ends with a stale marker as with none: a marker is no heartbeat', async () => {
    const points = { ...each(1, '00:00', '12:00'), '12:03': null };
    expect((await availabilityOf([beats(points)]))[KEY]).toMatchObject({ availability: 0.5 });
  });

  test('that has two series is alive where either says so', async () => {
    const twice = [
      beats({ ...each(1, '00:00', '08:00'), ...each(1, '10:00', '23:59') }),
      seriesOf('runtime_cpu_ema', { ...named('api/1'), replica: 'b' }, each(1, '07:00', '09:00')),
    ];
    expect(await availabilityOf(twice)).toMatchObject({ [KEY]: { downMinutes: 60, outages: 1 } });
  });

  test('whose clock was set back in the day is heard of at the times that it told', async () => {
    const { times, values, ...rest } = beats(wholeDay(1));
    const jumped = { ...rest, times: [...times.slice(600), ...times.slice(0, 600)], values };
    expect((await availabilityOf([jumped]))[KEY]?.availability).toBe(1);
    // Times of other days are none of this day's.
    const strayed = { ...rest, times: [...times, Date.parse(DATE) - 3_600_000], values: [...values, 0.5] };
    expect((await availabilityOf([strayed]))[KEY]?.availability).toBe(1);
  });

  test('of which nothing is heard is down for seven days, and then forgotten', async () => {
    let before = await availabilityOf([beats(wholeDay(1))]);
    const seen: (number | undefined)[] = [];
    for (let day = 3; day <= 11; day++) {
      before = await runDay(availability, `2026-03-${String(day).padStart(2, '0')}`, { heard: {}, before });
      seen.push(before[KEY]?.availability);
    }
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, undefined, undefined]);
  });

  test('lists its ten longest outages, and counts all', async () => {
    const points: Record<string, number> = {};
    for (let at = 0; at < 100; at++)
      for (const minute of [0, 1, 2, 3, 4, 5]) {
        const time = at * 14 + minute - (at % 3);
        if (time >= 0)
          points[`${String(Math.floor(time / 60)).padStart(2, '0')}:${String(time % 60).padStart(2, '0')}`] = 1;
      }
    const { outages, longestOutages } = (await availabilityOf([beats(points)]))[KEY] ?? {};
    expect(outages).toBe(100);
    expect(longestOutages).toHaveLength(10);
    expect(longestOutages?.map(({ from }) => from)).toEqual(longestOutages?.map(({ from }) => from).toSorted());
  });

  test('that Prometheus scrapes is down where `up` is 0', async () => {
    const up = seriesOf(
      'up',
      { job: 'api', instance: '10.0.0.1:80' },
      wholeDay(1, (at) => (at >= 600 && at < 660 ? 0 : 1)),
    );
    expect(await availabilityOf([up])).toMatchObject({ 'acme/api/10.0.0.1:80': { downMinutes: 61, outages: 1 } });
  });
});

test('a service is there while one of its runtimes is', async () => {
  const of = (name: string, from: string, to: string) => seriesOf('runtime_cpu_ema', named(name), each(1, from, to));
  const today = [of('api/1', '00:00', '12:00'), of('api/2', '11:00', '20:00'), of('mail/1', '00:00', '23:59')];
  const heard = await runDay(heartbeatSpans, DATE, { heartbeats: { today, before: [] } });
  expect(await runDay(serviceAvailability, DATE, { heard })).toMatchObject({
    'acme/api': { runtimes: 2, downMinutes: 240, outages: 1 },
    'acme/mail': { runtimes: 1, downMinutes: 0 },
  });
});

test('names of different runtimes make different keys, and no organization another’s', async () => {
  const odd = ['a/b', 'a%2Fb', 'a'].map((instance, at) =>
    seriesOf('runtime_cpu_ema', { service: at === 2 ? 'x/b' : 'x', instance }, wholeDay(1)),
  );
  const other = seriesOf('runtime_cpu_ema', { service: 'x', instance: 'a' }, wholeDay(1), { organization: 'acme2' });
  const found = await availabilityOf([...odd, other]);
  expect(Object.keys(found)).toEqual(['acme/x%2Fb/a', 'acme/x/a%252Fb', 'acme/x/a%2Fb', 'acme2/x/a']);
  expect(Object.values(found).map(({ organization }) => organization)).toEqual(['acme', 'acme', 'acme', 'acme2']);
});

test('the dataset is of every heartbeat that says something of the processor', () => {
  expect(heartbeats.id?.(beats({}))).toBe(
    'acme/runtime_cpu_ema{runtime_id="f00",runtime_name="api/1",runtime_type="server_api"}',
  );
});
