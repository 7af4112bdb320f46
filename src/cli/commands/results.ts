/** `daymill results`: what a computation found on a day, whole or of one entity. */
import { UserError } from '../../errors.ts';
import {
  entityAnswer,
  findResult,
  type FoundResult,
  type NoEntityAnswer,
  type ResultAnswer,
  resultAnswer,
  ResultsAnswer,
} from '../../mill/answers/results.ts';
import type { Entry } from '../../mill/model/artifact.ts';
import { cellName } from '../../mill/model/cell.ts';
import { assertTarget, gridStart } from '../../mill/steps/dispatch/target.ts';
import { readWhole } from '../../mill/ports/read-whole.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { jsonUsage } from '../describe-schema.ts';
import { findComputation } from '../find-computation.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { projectManifest } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { sayMissing } from '../say-missing.ts';
import { sayUpToDate } from '../say-up-to-date.ts';
import { printEntities, printValue } from '../value-table.ts';

const DEFAULT_LIMIT = 20;

export const results: Command = {
  name: 'results',
  usage: `daymill results COMPUTATION DATE [--entity ID] [--limit N]

Shows what a computation found on a day, and says so when that is not up to date. One entity costs one read, however many there are.
  --entity   one entity of a result that is kept by entity: results airport-day 2001-01-15 --entity ORD
  --limit    entities to show, in the order of their ids (default ${DEFAULT_LIMIT}; 0 for all); --json always gives all
${jsonUsage('  --json     ', ResultsAnswer)}
             "entity" only with --entity; "value" is the result exactly as it is stored (with --entity: that entity's own)
Exit code: 0 done, 1 there is no such result, 2 wrong use.`,
  positionals: ['COMPUTATION', 'DATE'],
  options: { entity: { type: 'string' }, limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output, now } = context;
  const [name = '', date = ''] = args.positionals;
  assertTarget(date, now());
  const limit = readLimit(args, DEFAULT_LIMIT);
  const manifest = await projectManifest(config);
  const computation = findComputation(manifest, name);
  const entity = text(args, 'entity');
  if (entity !== undefined && !computation.keyed) {
    throw new UserError(
      'BAD_ARGUMENT',
      `${computation.name} has one result a day and no entities. Leave --entity out.`,
    );
  }
  const from = gridStart(undefined, config.from, date);
  // What is shown is read while the ports are open.
  return look(config, manifest, async (ports) => {
    const found = await findResult({ computation: computation.name, date }, from, ports);
    if ('missing' in found) {
      sayMissing(found, from, found.missing, output);
      output.data(found);
      return 1;
    }
    if (found.failedSince !== undefined) {
      const { code, message } = found.failedSince;
      output.trouble(`This result is old: the last attempt to make it again failed. ${code}: ${message}`);
    } else sayUpToDate(found, found.current, output);
    if (entity !== undefined) return showEntity(await entityAnswer(entity, found), output);
    if (output.json) output.data(await resultAnswer(found));
    else await showWhole(found, limit, output);
    return 0;
  });
}

function showEntity(answer: ResultAnswer | NoEntityAnswer, output: Output): ExitCode {
  if ('missing' in answer) output.trouble(answer.missing.text);
  else {
    output.line(`${cellName(answer)} ${answer.entity}`);
    printValue(answer.value, output);
  }
  output.data(answer);
  return 'missing' in answer ? 1 : 0;
}

/** Parts are read as they are needed: a limit of twenty reads one of a hundred shards. Infinity shows all. */
async function showWhole({ artifact, ...cell }: FoundResult, limit: number, output: Output): Promise<void> {
  if (!artifact.keyed) {
    output.line(cellName(cell));
    printValue(await readWhole(artifact), output);
    return;
  }
  const shown: Entry[] = [];
  for await (const part of artifact.parts()) {
    shown.push(...part.entries());
    if (shown.length >= limit) break;
  }
  shown.splice(Math.min(limit, shown.length));
  output.line(`${cellName(cell)}, ${counted(artifact.count, 'entity')}`);
  printEntities(shown, output);
  const more = artifact.count - shown.length;
  if (more > 0) output.line(`… and ${more} more: --limit 0 shows all, --entity ID one.`);
}
