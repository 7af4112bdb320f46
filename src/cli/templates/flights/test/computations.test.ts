/** Computations on days that are spelled out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDay } from 'daymill/testing';
import { routeDay } from '../src/computations/flights/route-day.ts';

test('a route is told apart from the way back', async () => {
  const flight = { minute: 600, delay: 20, distance: 1700 };
  const routes = await runDay(routeDay, '2001-01-05', {
    flights: [
      { ...flight, origin: 'ORD', destination: 'LAX' },
      { ...flight, origin: 'LAX', destination: 'ORD', delay: 0 },
      { ...flight, origin: 'ORD', destination: 'LAX', delay: 10 },
    ],
  });
  assert.deepEqual(Object.keys(routes), ['LAX-ORD', 'ORD-LAX']);
  assert.equal(routes['ORD-LAX']?.meanDelay, 15);
});
