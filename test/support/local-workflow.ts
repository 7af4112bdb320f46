/** A day's workflow on the local cloud that answers with what it was started with. */
import { workflowsPipeline } from '../../src/google/mill/workflows-pipeline.ts';
import { workflowsClient } from '../../src/google/workflows-client.ts';
import type { Pipeline } from '../../src/mill/ports/pipeline.ts';
import { PROJECT_ID } from './local-ports.ts';

const ECHO = `main:
  params: [input]
  steps:
    - answer:
        return: \${input}
`;

export interface LocalWorkflow {
  readonly pipeline: Pipeline;
  /** What the execution of a dispatch was started with. */
  argumentOf(dispatchId: string): Promise<unknown>;
}

/** On the cloud that the environment points at. */
export async function localWorkflow(): Promise<LocalWorkflow> {
  const workflows = workflowsClient(PROJECT_ID, 'local', process.env['WORKFLOWS_EMULATOR_HOST']);
  await workflows.deploy('day', ECHO);
  const pipeline = workflowsPipeline({ workflows, workflow: 'day', functions: { index: 'http://index' } });
  const names = new Map<string, string>();
  return {
    pipeline: {
      async start(asked) {
        const started = await pipeline.start(asked);
        names.set(started.dispatchId, started.execution);
        return started;
      },
    },
    async argumentOf(dispatchId) {
      const name = names.get(dispatchId);
      if (name === undefined) throw new Error(`${dispatchId} was not started`);
      for (;;) {
        const { state, result } = await workflows.read(name);
        if (state === 'SUCCEEDED') return JSON.parse(result ?? 'null') as unknown;
        if (state !== 'ACTIVE' && state !== 'QUEUED') throw new Error(`${dispatchId} is ${state}`);
      }
    },
  };
}
