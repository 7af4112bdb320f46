/** Both kinds of dead letters are one command's: of what was sent, they are listed, shown, sent again and dropped. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daymill } from '../support/daymill-process.ts';
import { fixtureProject, type FixtureProject } from '../support/fixture-project.ts';
import { type Serving, serving } from '../support/serving.ts';

describe('dead letters of what was sent', () => {
  let project: FixtureProject;
  let served: Serving;
  beforeAll(async () => {
    project = fixtureProject({});
    served = await serving(project);
  });
  afterAll(async () => {
    await served.stop();
    project.remove();
  });

  test('are listed and shown, and replayed when what was wrong is right', async () => {
    const old = { name: 'late', value: 1, timestamp: Date.now() - 30 * 86_400_000 };
    const response = await served.ask('/api/metrics', { json: [old, { name: 'wrong', value: 'no' }] });
    expect(response.status).toBe(400);
    const list = await daymill(project, ['dead-letters', '--org', 'acme', '--json']);
    const { deadLetters } = list.json<{ deadLetters: { id: string; counts: object }[] }>();
    expect(deadLetters).toMatchObject([{ counts: { TOO_OLD: 1, BAD_FIELD: 1 } }]);
    const id = deadLetters[0]?.id ?? '';
    const shown = await daymill(project, ['dead-letters', 'show', id, '--org', 'acme']);
    expect(shown.stdout).toContain('past_grace_period');
    expect(shown.stdout).toContain('{"name":"wrong","value":"no"}');
    // Nothing has changed: all of it is refused again, and the letter is another.
    const replayed = await daymill(project, ['dead-letters', 'replay', id, '--org', 'acme']);
    expect(replayed.stdout).toContain('2 refused again');
    const again = await daymill(project, ['dead-letters', '--org', 'acme', '--json']);
    const [other] = again.json<{ deadLetters: { id: string }[] }>().deadLetters;
    expect(other?.id).not.toBe(id);
    const dropped = await daymill(project, ['dead-letters', 'drop', other?.id ?? '', '--org', 'acme']);
    expect(dropped.stdout).toContain('is dropped');
    expect((await daymill(project, ['dead-letters', '--org', 'acme'])).stdout).toContain('Nothing that acme sent');
    const gone = await daymill(project, ['dead-letters', 'show', id, '--org', 'acme']);
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining(`no dead letter ${id}`)]);
  });
});
