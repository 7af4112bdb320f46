/** Writes docs/configuration.md: every setting and every environment variable, as their schemas have them. A test holds the page to it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Environment } from '../src/config/environment.ts';
import { ProjectSettings } from '../src/config/project-settings.ts';

export const PAGE = join(resolve(import.meta.dirname, '..'), 'docs/configuration.md');

/** As far as a page tells it. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: unknown;
}

const schemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;

export function configurationPage(): string {
  return `${[
    '# Configuration',
    '',
    'Made by `node .ci/configuration.ts` from the schemas that the settings are checked with.',
    '',
    '## Settings',
    '',
    'Members of what `defineConfig` takes, in daymill.config.ts. Each may be left out.',
    '',
    ...table('setting', rowsOf(schemaOf(ProjectSettings), '')),
    '',
    '## Environment variables',
    '',
    'They go before the settings. Set to nothing is not set.',
    '',
    ...table('variable', rowsOf(schemaOf(Environment), '')),
  ].join('\n')}\n`;
}

type Row = readonly [name: string, value: string, whenAbsent: string, what: string];

const table = (title: string, rows: readonly Row[]): string[] => [
  `| ${title} | value | when absent | |`,
  '|---|---|---|---|',
  ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
];

function rowsOf({ properties = {} }: Schema, under: string): Row[] {
  return Object.entries(properties).flatMap(([name, schema]): Row[] => {
    const path = `${under}${name}`;
    const inner = schema.properties === undefined ? itemOf(schema) : schema;
    const own: Row = [
      `\`${path}\``,
      inner === undefined ? valueOf(schema) : schema.properties === undefined ? 'a list' : '',
      schema.default === undefined || inner !== undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
      schema.description ?? '',
    ];
    if (inner === undefined) return [own];
    return [own].concat(rowsOf(inner, `${path}${schema.properties === undefined ? '[].' : '.'}`));
  });
}

/** Of a list of objects. */
function itemOf({ items, prefixItems }: Schema): Schema | undefined {
  const item = items ?? prefixItems?.[0];
  return item?.properties === undefined ? undefined : item;
}

function valueOf({ type, enum: values, minimum, maximum, anyOf, items }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf !== undefined) return anyOf.map(valueOf).join(', or ');
  if (type === 'array') return `a list of ${valueOf(items ?? {})}s`;
  if (type === 'object') return 'an object';
  if (type === 'number' || type === 'integer') {
    const bounds = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
    return `${type === 'integer' ? 'a whole number' : 'a number'}${bounds ? `, ${minimum} to ${maximum}` : ''}`;
  }
  return { string: 'text', boolean: 'true, false' }[type ?? ''] ?? 'text';
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(PAGE, configurationPage());
  process.stdout.write(`${readFileSync(PAGE, 'utf8').split('\n').length} lines in ${PAGE}\n`);
}
