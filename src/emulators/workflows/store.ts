/** What the emulator keeps in the state file. Resources are kept as the JSON that the API answers. */
import { deserialize, serialize } from 'node:v8';
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
  readonly userEnvVars?: Readonly<Record<string, string>>;
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

export type Store = ReturnType<typeof createStore>;

const resource = <T>(row: Record<string, unknown> | undefined): T | undefined =>
  row === undefined ? undefined : (JSON.parse(String(row['resource'])) as T);
const resources = <T>(rows: Record<string, unknown>[]): T[] => rows.map((row) => resource<T>(row) as T);
const callback = (row: Record<string, unknown>): CallbackRow => ({
  id: String(row['id']),
  method: String(row['method']),
  payload: row['payload'] === null ? undefined : (deserialize(row['payload'] as Uint8Array) as Value),
});

/** Reads are synchronous; every function whose name starts with `put` or `remove` belongs inside `state.write`. */
export function createStore({ db }: State) {
  db.exec(TABLES);
  const getWorkflow = db.prepare(
    'SELECT resource FROM workflows_definitions WHERE name = ? ORDER BY revision DESC LIMIT 1',
  );
  const getRevision = db.prepare('SELECT resource FROM workflows_definitions WHERE name = ? AND revision_id = ?');
  const listWorkflows = db.prepare(
    `SELECT resource, MAX(revision) FROM workflows_definitions
     WHERE name > ?1 || '/workflows/' AND name < ?1 || '/workflows0' GROUP BY name ORDER BY name LIMIT ? OFFSET ?`,
  );
  const countRevisions = db.prepare(
    'SELECT COALESCE(MAX(revision), 0) AS last FROM workflows_definitions WHERE name = ?',
  );
  const putDefinition = db.prepare('INSERT OR REPLACE INTO workflows_definitions VALUES (?, ?, ?, ?)');
  const deleteDefinitions = db.prepare('DELETE FROM workflows_definitions WHERE name = ?');
  const getExecution = db.prepare('SELECT resource FROM workflows_executions WHERE name = ?');
  const listExecutions = db.prepare(
    'SELECT resource FROM workflows_executions WHERE workflow = ? ORDER BY number DESC LIMIT ? OFFSET ?',
  );
  const listActive = db.prepare('SELECT resource FROM workflows_executions WHERE active = 1 ORDER BY number');
  const addExecution = db.prepare(
    'INSERT INTO workflows_executions (name, workflow, active, resource) VALUES (?, ?, 1, ?)',
  );
  const endExecution = db.prepare('UPDATE workflows_executions SET active = 0, resource = ? WHERE name = ?');
  const deleteExecutions = db.prepare('DELETE FROM workflows_executions WHERE workflow = ?');
  const listTurns = db.prepare('SELECT record FROM workflows_journal WHERE execution = ? ORDER BY turn');
  const addTurn = db.prepare('INSERT INTO workflows_journal VALUES (?, ?, ?)');
  const deleteTurns = db.prepare('DELETE FROM workflows_journal WHERE execution = ?');
  const listCallbacks = db.prepare(
    'SELECT id, method, payload FROM workflows_callbacks WHERE execution = ? ORDER BY id',
  );
  const getCallback = db.prepare('SELECT id, method, payload FROM workflows_callbacks WHERE execution = ? AND id = ?');
  const addCallback = db.prepare('INSERT INTO workflows_callbacks VALUES (?, ?, ?, NULL)');
  const setPayload = db.prepare('UPDATE workflows_callbacks SET payload = ? WHERE execution = ? AND id = ?');
  const deleteCallbacks = db.prepare('DELETE FROM workflows_callbacks WHERE execution = ?');

  return {
    workflow: (name: string) => resource<WorkflowResource>(getWorkflow.get(name)),
    revision: (name: string, revisionId: string) => resource<WorkflowResource>(getRevision.get(name, revisionId)),
    workflows: (parent: string, limit: number, offset: number) =>
      resources<WorkflowResource>(listWorkflows.all(parent, limit, offset)),
    lastRevision: (name: string) => Number(countRevisions.get(name)?.['last']),
    putWorkflow(revision: number, workflow: WorkflowResource): void {
      putDefinition.run(workflow.name, revision, workflow.revisionId, JSON.stringify(workflow));
    },
    removeWorkflow(name: string): void {
      deleteDefinitions.run(name);
      deleteExecutions.run(name);
    },

    execution: (name: string) => resource<ExecutionResource>(getExecution.get(name)),
    executions: (workflow: string, limit: number, offset: number) =>
      resources<ExecutionResource>(listExecutions.all(workflow, limit, offset)),
    activeExecutions: () => resources<ExecutionResource>(listActive.all()),
    putExecution(workflow: string, execution: ExecutionResource): void {
      addExecution.run(execution.name, workflow, JSON.stringify(execution));
    },
    /** Nothing but its resource is kept of an execution that has ended. */
    putEnd(execution: ExecutionResource): void {
      endExecution.run(JSON.stringify(execution), execution.name);
      deleteTurns.run(execution.name);
      deleteCallbacks.run(execution.name);
    },

    turns: (execution: string) =>
      listTurns.all(execution).map((row) => deserialize(row['record'] as Uint8Array) as Turn),
    putTurn(execution: string, number: number, turn: Turn): void {
      addTurn.run(execution, number, serialize(turn));
    },

    callbacks: (execution: string) => listCallbacks.all(execution).map(callback),
    callback(execution: string, id: string): CallbackRow | undefined {
      const row = getCallback.get(execution, id);
      return row === undefined ? undefined : callback(row);
    },
    putCallback(execution: string, id: string, method: string): void {
      addCallback.run(execution, id, method);
    },
    putPayload(execution: string, id: string, payload: Value | undefined): void {
      setPayload.run(payload === undefined ? null : serialize(payload), execution, id);
    },

    removeAll(): void {
      for (const table of ['definitions', 'executions', 'journal', 'callbacks'])
        db.exec(`DELETE FROM workflows_${table}`);
    },
  };
}
