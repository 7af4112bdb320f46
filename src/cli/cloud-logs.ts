/** Links into Cloud Logging. https://cloud.google.com/logging/docs/view/logging-query-language */
import type { CloudTarget } from '../config/cloud-target.ts';

/** How far back a link looks, as ISO 8601 has it. */
const LOOK_BACK = 'P7D';

export interface CloudLogs {
  readonly query: string;
  readonly url: string;
}

/** `id`: of a run, a dispatch or a task, which a line that is about it has in one of its fields. */
export function cloudLogs({ projectId, name, workflow }: CloudTarget, id?: string): CloudLogs {
  const ours =
    `((resource.type="cloud_run_revision" AND resource.labels.service_name=~"^${name}-") OR ` +
    `(resource.type="workflows.googleapis.com/Workflow" AND resource.labels.workflow_id="${workflow}"))`;
  const query = id === undefined ? ours : `${ours} AND ${JSON.stringify(id)}`;
  const url = `https://console.cloud.google.com/logs/query;query=${encodeURIComponent(query).replaceAll(/[()]/g, escaped)};duration=${LOOK_BACK}?project=${encodeURIComponent(projectId)}`;
  return { query, url };
}

/** Terminals end a link at a bracket. */
const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
