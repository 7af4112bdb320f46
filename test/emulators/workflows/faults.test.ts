/** Injected faults of callbacks: one that is refused was not taken, one whose answer is lost was. */
import { describe, expect, test } from 'vitest';
import type { WorkflowsFaults } from '../../../src/emulators/workflows/faults.ts';
import { startServices, until } from '../../support/workflows-rest.ts';

const WAITING = `
main:
  params: [url]
  steps:
    - open: {call: events.create_callback_endpoint, args: {http_callback_method: POST}, result: endpoint}
    - tell: {call: http.post, args: {url: "\${url}", body: "\${endpoint.url}"}}
    - wait: {call: events.await_callback, args: {callback: "\${endpoint}", timeout: 60}, result: called}
    - answer: {return: "\${called.http_request.body}"}
`;

/** Calls back until somebody says that it is not needed any more. @returns the statuses, and what the workflow got */
async function callBack(faults: WorkflowsFaults): Promise<{ statuses: number[]; result: string }> {
  const services = await startServices({ faults });
  const { rest, target } = services;
  try {
    let url: string | undefined;
    target.handle('/url', ({ json }) => {
      url = json as string;
      return {};
    });
    await rest.deploy('waiting', WAITING);
    const { name } = await rest.execute('waiting', `${target.url}/url`);
    const endpoint = await until(() => url);
    const statuses: number[] = [];
    while (![200, 404, 429].includes(statuses.at(-1) ?? 0)) {
      const { code } = await rest.send('POST', endpoint, `call ${statuses.length + 1}`);
      statuses.push(code);
    }
    return { statuses, result: (await rest.ended(name)).result };
  } finally {
    await services.close();
  }
}

describe('a callback', () => {
  test('that is refused is not taken: the next one is', async () => {
    // For the refusals of its first three callbacks this seed draws 0.63, 0.53 and 0.97.
    const { statuses, result } = await callBack({ seed: 1, refused: 0.65 });
    expect(statuses).toEqual([503, 503, 200]);
    expect(result).toBe('"call 3"');
  });

  test('whose answer is lost was taken: the next one comes too late', async () => {
    const { statuses, result } = await callBack({ seed: 1, unanswered: 1 });
    expect(statuses[0]).toBe(503);
    expect([404, 429]).toContain(statuses[1]);
    expect(result).toBe('"call 1"');
  });
});
