/** `daymill results`: what a computation found on a day, whole or of one entity. */
import { UserError } from '../../errors.ts';
import type { Entry } from '../../mill/model/artifact.ts';
import { didYouMean } from '../../values/suggest.ts';
import type { Day } from '../../values/date.ts';
import type { ManifestComputation } from '../../mill/model/manifest.ts';
import { readWhole } from '../../mill/steps/work/load-inputs.ts';
import type { StoredArtifact } from '../../mill/ports/artifacts.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { findComputation } from '../find-computation.ts';
import { look } from '../look.ts';
import { sayWhyNone } from '../missing-result.ts';
import { projectManifest } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import type { Output } from '../output.ts';
import { sayUpToDate, type UpToDate, upToDate } from '../up-to-date.ts';
import { entityTable, valueTable } from '../value-table.ts';

const DEFAULT_LIMIT = 20;

const earlier = (one: Day, other: Day): Day => (one < other ? one : other);

export const results: Command = {
  name: 'results',
  usage: `daymill results COMPUTATION DATE [--entity ID] [--limit N]

Shows what a computation found on a day, and says so when that is not up to date. One entity costs one read, however many there are.
  --entity   one entity of a result that is kept by entity: results airport-day 2001-01-15 --entity ORD
  --limit    entities to show, in the order of their ids (default ${DEFAULT_LIMIT}; 0 for all); --json always gives all
  --json     {"computation", "date", "entity", "hash", "value", "upToDate", "now": {"outcome", "text"}, "distrust" or null}; "entity" only with --entity, "value" is the result exactly as
             it is stored (with --entity: that entity's own); or {"computation", "date", "missing": {"outcome", "text", "causes"}}
Exit code: 0 done, 1 there is no such result, 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { entity: { type: 'string' }, limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

interface Request {
  readonly computation: ManifestComputation;
  readonly date: Day;
  readonly entity: string | undefined;
  /** Entities to show; Infinity for all. */
  readonly limit: number;
}

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output, now } = context;
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const limit = readLimit(args, DEFAULT_LIMIT);
  const manifest = await projectManifest(config);
  const computation = findComputation(manifest, name);
  const request: Request = { computation, date, entity: text(args, 'entity'), limit };
  if (request.entity !== undefined && !computation.keyed) {
    throw new UserError(
      'BAD_ARGUMENT',
      `${computation.name} has one result a day and no entities. Leave --entity out.`,
    );
  }
  return look(config, manifest, async (ports) => {
    const good = await ports.artifacts.lastGood({ computation: computation.name, date });
    if (good === undefined) {
      const cell = { computation: computation.name, date };
      const missing = await sayWhyNone(cell, gridStart(undefined, config.from, date), ports, output);
      output.data({ ...cell, missing });
      return 1;
    }
    const { artifact, failedSince } = good;
    const cell = { computation: computation.name, date };
    const current = await upToDate(cell, artifact, earlier(gridStart(undefined, config.from, date), date), ports);
    if (failedSince !== undefined) {
      output.trouble(
        `This result is old: the last attempt to make it again failed. ${failedSince.code}: ${failedSince.message}`,
      );
    } else sayUpToDate(cell, current, output);
    return request.entity === undefined
      ? showWhole(artifact, request, current, output)
      : showEntity(artifact, request.entity, request, current, output);
  });
}

async function showEntity(
  artifact: StoredArtifact,
  entity: string,
  { computation: { name: computation }, date }: Request,
  current: UpToDate,
  output: Output,
): Promise<ExitCode> {
  const part = await artifact.partWith(entity);
  const entries = part === undefined ? [] : part.entries();
  const found = entries.find(([key]) => key === entity);
  if (found === undefined) {
    const near = didYouMean(
      entity,
      entries.map(([key]) => key),
    );
    const message = `${computation} has no "${entity}" on ${date}, but ${artifact.count} others.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
    output.trouble(message);
    output.data({ computation, date, entity, missing: { outcome: 'NO_ENTITY', text: message, causes: [] } });
    return 1;
  }
  const [, value] = found;
  output.line(`${computation}@${date} ${entity}`);
  for (const line of valueTable(value)) output.line(line);
  output.data({ computation, date, entity, hash: artifact.hash, value, ...current });
  return 0;
}

async function showWhole(
  artifact: StoredArtifact,
  request: Request,
  current: UpToDate,
  output: Output,
): Promise<ExitCode> {
  const { computation, date, limit } = request;
  const answer = { computation: computation.name, date, hash: artifact.hash };
  if (output.json) {
    output.data({ ...answer, value: await readWhole(artifact), ...current });
    return 0;
  }
  if (!artifact.keyed) {
    output.line(`${computation.name}@${date}`);
    for (const line of valueTable(await readWhole(artifact))) output.line(line);
    return 0;
  }
  const shown: Entry[] = [];
  // Parts are read as they are needed: a limit of twenty reads one of a hundred shards.
  for await (const part of artifact.parts()) {
    shown.push(...part.entries());
    if (shown.length >= limit) break;
  }
  shown.splice(Math.min(limit, shown.length));
  output.line(`${computation.name}@${date}, ${artifact.count} entities`);
  for (const line of entityTable(shown)) output.line(line);
  const more = artifact.count - shown.length;
  if (more > 0) output.line(`… and ${more} more: --limit 0 shows all, --entity ID one.`);
  return 0;
}
