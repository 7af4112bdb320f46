/** Root data and results in PostgreSQL: a statement to read what a cell reads, one to store what it made. */
import pg from 'pg';
import { inputName } from './cells.mjs';

const TABLES = `
  CREATE TABLE ticks (date text PRIMARY KEY, hash text NOT NULL, data bytea NOT NULL);
  CREATE TABLE results (
    computation text, date text, status text NOT NULL, generation text NOT NULL,
    vector jsonb NOT NULL, record jsonb NOT NULL, artifact jsonb NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (computation, date)
  )`;

const COLUMNS = ['computation', 'date', 'status', 'generation', 'vector', 'record', 'artifact', 'data'];
const TYPES = ['text', 'text', 'text', 'text', 'jsonb', 'jsonb', 'jsonb', 'bytea'];

/** An upsert, so that a job that is repeated does no harm. */
const ON_CONFLICT = `ON CONFLICT (computation, date) DO UPDATE SET ${COLUMNS.slice(2)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`;

export const INSERT_ONE = `INSERT INTO results VALUES (${COLUMNS.map((_, at) => `$${at + 1}`).join(', ')}) ${ON_CONFLICT}`;
const INSERT_MANY = `INSERT INTO results SELECT * FROM unnest(${TYPES.map((type, at) => `$${at + 1}::${type}[]`).join(', ')}) ${ON_CONFLICT}`;

/** What `INSERT_ONE` is given. */
export const valuesOf = (cell) => COLUMNS.map((column) => cell[column]);

export async function postgresResults(url, ticks, connections) {
  const pool = new pg.Pool({ connectionString: url, max: connections, idleTimeoutMillis: 0 });
  // A server that is stopped ends its connections.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  await pool.query(TABLES);
  await pool.query('INSERT INTO ticks SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])', [
    ticks.map(({ date }) => date),
    ticks.map(({ hash }) => hash),
    ticks.map(({ data }) => data),
  ]);
  return {
    pool,
    /** What one cell reads. */
    async inputsOf({ date, reads }) {
      // A statement with a name is parsed and planned once a connection.
      const rows = async (name, text, ...values) => (await pool.query({ name, text, values })).rows;
      if (reads === 'tick')
        return (await rows('tick', 'SELECT hash, data FROM ticks WHERE date = $1', date)).map(fromTick);
      if (reads === 'all') return (await rows('all', `${RESULTS} WHERE date = $1`, date)).map(fromResult);
      return (await rows('one', `${RESULTS} WHERE date = $1 AND computation = $2`, date, reads)).map(fromResult);
    },
    /** Many cells of a layer, by whatever sends a statement. */
    over: (query) => ({
      /** What each reads, in one statement. */
      async inputsOfMany(cells) {
        const [{ reads }] = cells;
        const dates = cells.map(({ date }) => date);
        const [text, values, from] =
          reads === 'tick'
            ? ['SELECT date, hash, data FROM ticks WHERE date = ANY($1)', [dates], fromTick]
            : reads === 'all'
              ? [`${RESULTS} WHERE date = ANY($1)`, [dates], fromResult]
              : [
                  `${RESULTS} JOIN ${WANTED} USING (computation, date)`,
                  [dates, cells.map((one) => one.reads)],
                  fromResult,
                ];
        const keyOf = (computation, date) => (from === fromTick || reads === 'all' ? date : `${computation}@${date}`);
        const { rows } = await query(text, values);
        const inputs = Map.groupBy(rows, ({ computation, date }) => keyOf(computation, date));
        return cells.map((one) => inputs.get(keyOf(one.reads, one.date)).map(from));
      },
      storeMany: (cells) =>
        query(
          INSERT_MANY,
          COLUMNS.map((column) => cells.map((cell) => cell[column])),
        ),
    }),
    stored: async (dates) => (await pool.query('SELECT * FROM results WHERE date = ANY($1)', [dates])).rows,
  };
}

const RESULTS = `SELECT computation, date, artifact->>'hash' AS hash, data FROM results`;
const WANTED = 'unnest($1::text[], $2::text[]) AS wanted(date, computation)';

const fromTick = ({ hash, data }) => ({ name: 'document:tick', hash, data });
const fromResult = ({ computation, hash, data }) => ({ name: inputName(computation), hash, data });
