/** What the emulator keeps in the state file. Resources are kept as the JSON that the API answers. */
import { deserialize, serialize } from 'node:v8';
import { ApiError } from '../rest-server.ts';
import type { State } from '../state.ts';
import type { Turn } from './driver.ts';
import type { Value } from './value.ts';

export interface WorkflowResource {
  readonly name: string;
  readonly state: 'ACTIVE';
  readonly revisionId: string;
  readonly createTime: string;
  readonly updateTime: string;
  readonly revisionCreateTime: string;
  readonly sourceContents: string;
  readonly userEnvVars?: Readonly<Record<string, string>> | undefined;
  readonly [field: string]: unknown;
}

export interface ExecutionResource {
  readonly name: string;
  readonly state: 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly createTime: string;
  readonly startTime: string;
  readonly workflowRevisionId: string;
  readonly argument?: string;
  readonly [field: string]: unknown;
}

export interface CallbackRow {
  readonly id: string;
  readonly method: string;
  readonly payload: Value | undefined;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS workflows_definitions (
    name TEXT, revision INTEGER, revision_id TEXT, resource TEXT, PRIMARY KEY (name, revision)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS workflows_executions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, workflow TEXT, active INTEGER, resource TEXT
  );
  CREATE INDEX IF NOT EXISTS workflows_executions_of ON workflows_executions (workflow, number);
  CREATE INDEX IF NOT EXISTS workflows_executions_active ON workflows_executions (number) WHERE active = 1;
  CREATE TABLE IF NOT EXISTS workflows_journal (
    execution TEXT, turn INTEGER, record BLOB, PRIMARY KEY (execution, turn)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS workflows_callbacks (
    execution TEXT, id TEXT, method TEXT, payload BLOB, PRIMARY KEY (execution, id)
  ) WITHOUT ROWID;
`;

/** Executions that are looked at when one more is made, for whether they are old enough to be forgotten. */
const OLDEST = 10;

export type Store = ReturnType<typeof createStore>;

/** Reads are synchronous; every function whose name starts with `put` or `remove` belongs inside `state.write`. */
export function createStore({ db }: State) {
  db.exec(TABLES);
  const sql = {
    workflow: db.prepare('SELECT resource FROM workflows_definitions WHERE name = ? ORDER BY revision DESC LIMIT 1'),
    revision: db.prepare('SELECT resource FROM workflows_definitions WHERE name = ? AND revision_id = ?'),
    // "0" follows "/": the range holds the names below the prefix and no others.
    workflows: db.prepare(
      `SELECT resource, MAX(revision) FROM workflows_definitions
       WHERE name > ? || '/workflows/' AND name < ? || '/workflows0' GROUP BY name ORDER BY name LIMIT ? OFFSET ?`,
    ),
    putWorkflow: db.prepare('INSERT OR REPLACE INTO workflows_definitions VALUES (?, ?, ?, ?)'),
    execution: db.prepare('SELECT resource FROM workflows_executions WHERE name = ?'),
    executions: db.prepare(
      'SELECT resource FROM workflows_executions WHERE workflow = ? ORDER BY number DESC LIMIT ? OFFSET ?',
    ),
    active: db.prepare('SELECT resource FROM workflows_executions WHERE active = 1 ORDER BY number'),
    putExecution: db.prepare('INSERT INTO workflows_executions (name, workflow, active, resource) VALUES (?, ?, 1, ?)'),
    putEnd: db.prepare('UPDATE workflows_executions SET active = 0, resource = ? WHERE name = ?'),
    // Of the oldest alone: one more comes at a time, so that all that are over go in the end, and it costs the same of many.
    removeEnded: db.prepare(
      `DELETE FROM workflows_executions WHERE active = 0 AND json_extract(resource, '$.endTime') < ?
       AND number IN (SELECT number FROM workflows_executions WHERE workflow = ? ORDER BY number LIMIT ${OLDEST})`,
    ),
    turns: db.prepare('SELECT record FROM workflows_journal WHERE execution = ? ORDER BY turn'),
    putTurn: db.prepare('INSERT INTO workflows_journal VALUES (?, ?, ?)'),
    callbacks: db.prepare('SELECT id, method, payload FROM workflows_callbacks WHERE execution = ? ORDER BY id'),
    putCallback: db.prepare('INSERT INTO workflows_callbacks VALUES (?, ?, ?, NULL)'),
    putPayload: db.prepare('UPDATE workflows_callbacks SET payload = ? WHERE execution = ? AND id = ?'),
    remove: ['journal', 'callbacks'].map((table) => db.prepare(`DELETE FROM workflows_${table} WHERE execution = ?`)),
  };
  const findWorkflow = (name: string) => sql.workflow.all(name).map(resource<WorkflowResource>)[0];
  const findExecution = (name: string) => sql.execution.all(name).map(resource<ExecutionResource>)[0];
  const callbacks = (execution: string): CallbackRow[] => sql.callbacks.all(execution).map(callbackRow);

  return {
    findWorkflow,
    /** @throws {ApiError} NOT_FOUND */
    workflow: (name: string) => findWorkflow(name) ?? missing('workflow', name),
    revision: (name: string, revisionId: string) =>
      sql.revision.all(name, revisionId).map(resource<WorkflowResource>)[0],
    workflows: (parent: string, limit: number, offset: number) =>
      sql.workflows.all(parent, parent, limit, offset).map(resource<WorkflowResource>),
    putWorkflow(workflow: WorkflowResource): void {
      const { name, revisionId } = workflow;
      sql.putWorkflow.run(name, revisionNumber(workflow), revisionId, JSON.stringify(workflow));
    },
    removeWorkflow(name: string): void {
      db.prepare('DELETE FROM workflows_definitions WHERE name = ?').run(name);
      db.prepare('DELETE FROM workflows_executions WHERE workflow = ?').run(name);
    },

    findExecution,
    /** @throws {ApiError} NOT_FOUND */
    execution: (name: string) => findExecution(name) ?? missing('execution', name),
    executions: (workflow: string, limit: number, offset: number) =>
      sql.executions.all(workflow, limit, offset).map(resource<ExecutionResource>),
    activeExecutions: () => sql.active.all().map(resource<ExecutionResource>),
    putExecution(workflow: string, execution: ExecutionResource): void {
      sql.putExecution.run(execution.name, workflow, JSON.stringify(execution));
    },
    /** `before`: of what ended before that time, as text, the oldest are forgotten. */
    removeEnded(workflow: string, before: string): void {
      sql.removeEnded.run(before, workflow);
    },
    /** Nothing but its resource is kept of an execution that has ended. */
    putEnd(execution: ExecutionResource): void {
      sql.putEnd.run(JSON.stringify(execution), execution.name);
      for (const remove of sql.remove) remove.run(execution.name);
    },

    turns: (execution: string) =>
      sql.turns.all(execution).map((row) => deserialize(row['record'] as Uint8Array) as Turn),
    putTurn(execution: string, number: number, turn: Turn): void {
      sql.putTurn.run(execution, number, serialize(turn));
    },

    callbacks,
    callback: (execution: string, id: string) => callbacks(execution).find((row) => row.id === id),
    putCallback(execution: string, id: string, method: string): void {
      sql.putCallback.run(execution, id, method);
    },
    putPayload(execution: string, id: string, payload: Value | undefined): void {
      sql.putPayload.run(payload === undefined ? null : serialize(payload), execution, id);
    },

    removeAll(): void {
      for (const table of ['definitions', 'executions', 'journal', 'callbacks']) {
        db.exec(`DELETE FROM workflows_${table}`);
      }
    },
  };
}

/** Revision ids begin with it. */
export const revisionNumber = ({ revisionId }: WorkflowResource): number => Number(revisionId.split('-')[0]);

const resource = <T>(row: Record<string, unknown>): T => JSON.parse(String(row['resource'])) as T;
const callbackRow = (row: Record<string, unknown>): CallbackRow => ({
  id: String(row['id']),
  method: String(row['method']),
  payload: row['payload'] === null ? undefined : (deserialize(row['payload'] as Uint8Array) as Value),
});

function missing(kind: string, name: string): never {
  throw new ApiError('NOT_FOUND', `${kind} ${name} does not exist`);
}
