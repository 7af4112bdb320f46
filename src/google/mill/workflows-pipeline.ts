/** The day's workflow in Workflows, started with what its schedule starts it with, and the days that are asked for. */
import { UserError } from '../../errors.ts';
import type { Pipeline } from '../../mill/ports/pipeline.ts';
import { executionIdOf, type WorkflowsClient } from '../workflows-client.ts';

export interface PipelineOf {
  readonly workflows: Pick<WorkflowsClient, 'execute'>;
  readonly workflow: string;
  /** Where its steps are. */
  readonly functions: Readonly<Record<string, string | undefined>>;
}

export const workflowsPipeline = ({ workflows, workflow, functions }: PipelineOf): Pipeline => ({
  async start(asked) {
    const execution = await workflows.execute(workflow, { ...asked, functions });
    return { dispatchId: executionIdOf(execution), execution: execution.name };
  },
});

/** Of a process that was not told where the workflow is. */
export const NO_PIPELINE: Pipeline = {
  start: () =>
    Promise.reject(
      new UserError(
        'NOT_FOUND',
        'No day can be started from here: this process was not told of a workflow. Use daymill run.',
      ),
    ),
};
