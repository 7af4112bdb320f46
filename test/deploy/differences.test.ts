import { describe, expect, test } from 'vitest';
import { differences, topLevel } from '../../src/deploy/differences.ts';

describe('only what is set is compared', () => {
  test.each([
    ['what a server adds', { a: 1 }, { a: 1, uid: 'x', etag: 'y' }],
    ['what it leaves out because it is nothing', { dryRun: false, min: 0, text: '' }, {}],
    [
      'the order of what has names',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      {
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
    ],
    ['an empty policy that is empty there, or not said', { expirationPolicy: {} }, { expirationPolicy: {} }],
  ])('%s is no difference', (_, wanted, live) => {
    expect(differences(wanted, live)).toEqual([]);
  });

  test.each([
    ['a value', { a: { b: '540s' } }, { a: { b: '60s' } }, [{ path: 'a.b', was: '60s', will: '540s' }]],
    [
      'a policy that should be empty',
      { expirationPolicy: {} },
      { expirationPolicy: { ttl: '2678400s' } },
      [{ path: 'expirationPolicy', was: { ttl: '2678400s' }, will: {} }],
    ],
    [
      'a variable more',
      { env: [{ name: 'A', value: '1' }] },
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
      [{ path: 'env.B', was: '2', will: undefined }],
    ],
    ['a variable less', { env: [{ name: 'A', value: '1' }] }, {}, [{ path: 'env.A', was: undefined, will: '1' }]],
    ['a longer list', { rules: [1, 2] }, { rules: [1] }, [{ path: 'rules', was: [1], will: [1, 2] }]],
    ['nothing there at all', { a: { b: true } }, undefined, [{ path: 'a.b', was: undefined, will: true }]],
  ])('%s is one', (_, wanted, live, changes) => {
    expect(differences(wanted, live)).toEqual(changes);
  });
});

test('an update mask names what has changed at the top, each once', () => {
  const fields = ['template.timeout', 'template.containers.0.image', 'labels.daymill'].map((path) => ({
    path,
    was: 1,
    will: 2,
  }));
  expect(topLevel(fields)).toEqual(['template', 'labels']);
});
