/** `daymill init`: a project of one's own. It adds, and never writes over anything. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.ts';
import { didYouMean } from '../../values/suggest.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { filesOf, type PackageFile, packageFile, summaryOf, TEMPLATE_NAMES, type TemplateName } from '../scaffold.ts';

export const init: Command = {
  name: 'init',
  usage: `daymill init [DIR] [--template NAME] [--deploy]

Makes a project in DIR (default: this folder): settings, data, computations, a test. In a project that is there it adds what is
missing, and leaves alone what is not: no file is written over.
  --template   ${TEMPLATE_NAMES.map((name) => `${name} (${summaryOf(name)})`).join(', ')}; hello when none is named
  --deploy     also .github/workflows/deploy.yml: a pull request is told what it would change, and main is deployed
  --json       {"folder", "added", "left"}
Exit code: 0 done, 2 wrong use.`,
  optional: ['DIR'],
  options: { template: { type: 'string' }, deploy: { type: 'boolean' } },
  takesSample: false,
  run: (args, context) => Promise.resolve(runCommand(args, context)),
};

function runCommand(args: Arguments, { output, cwd }: Context): ExitCode {
  const [given = '.'] = args.positionals;
  const template = templateNamed(text(args, 'template') ?? 'hello');
  const folder = resolve(cwd, given);
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new UserError('BAD_ARGUMENT', `${folder} is a file. Name a folder, or a new one.`);
  const pieces = piecesOf(template, folder, args.values['deploy'] === true);
  for (const { path, content } of pieces) if (content !== undefined) write(join(folder, path), content);
  tell(relative(cwd, folder) || '.', pieces, output);
  return 0;
}

/** A file of the project. Without `content` it stays as it is. */
interface Piece {
  readonly path: string;
  readonly content?: string;
  readonly note: string;
}

/** In the order of their names. */
function piecesOf(template: TemplateName, folder: string, isDeployed: boolean): readonly Piece[] {
  const name = packageName(basename(folder));
  const packages = packagePiece(template, name, join(folder, 'package.json'));
  const hasSettings = packages.there !== undefined && Object.hasOwn(packages.there, 'daymill');
  const pieces = [...filesOf(template, name, isDeployed)].map(([path, content]): Piece => {
    if (path === 'daymill.config.ts' && hasSettings) return { path, note: ': package.json has the settings' };
    if (existsSync(join(folder, path))) return { path, note: STAYS };
    return { path, content, note: '' };
  });
  return [...pieces, packages.piece].sort((a, b) => (a.path < b.path ? -1 : 1));
}

const STAYS = ' is there, and stays as it is';

function packagePiece(
  template: TemplateName,
  name: string,
  file: string,
): { readonly piece: Piece; readonly there: PackageFile | undefined } {
  const path = 'package.json';
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const there = before === undefined ? undefined : readPackage(file, before);
  const after = packageFile(template, name, there);
  if (isDeepStrictEqual(there, after)) return { piece: { path, note: STAYS }, there };
  const note = there === undefined ? '' : ' (what it lacked)';
  return { piece: { path, content: `${JSON.stringify(after, null, 2)}\n`, note }, there };
}

function tell(folder: string, pieces: readonly Piece[], output: Context['output']): void {
  const [added, left] = [true, false].map((is) => pieces.filter(({ content }) => (content !== undefined) === is));
  for (const { path, note } of added ?? []) output.line(`  + ${path}${note}`);
  for (const { path, note } of left ?? []) output.line(`  = ${path}${note}`);
  output.line();
  const quoted = /^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder);
  if (added?.length === 0) output.line('Nothing was missing.');
  else output.line(`Now: ${folder === '.' ? '' : `cd ${quoted} && `}npm install && npm start`);
  output.data({ folder, added: added?.map(({ path }) => path), left: left?.map(({ path }) => path) });
}

function templateNamed(name: string): TemplateName {
  const found = TEMPLATE_NAMES.find((each) => each === name);
  if (found !== undefined) return found;
  const near = didYouMean(name, TEMPLATE_NAMES);
  const advice = near === undefined ? `There are ${TEMPLATE_NAMES.join(', ')}.` : `Did you mean ${near}?`;
  throw new UserError('BAD_ARGUMENT', `There is no template "${name}". ${advice}`);
}

/** As npm takes it: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name */
const packageName = (folder: string): string =>
  folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '') || 'my-metrics';

function readPackage(file: string, content: string): PackageFile {
  let there: PackageFile;
  try {
    there = JSON.parse(content) as PackageFile;
  } catch (cause) {
    throw new UserError('BAD_ARGUMENT', `${file} is no JSON. Mend it, and nothing of it is lost.`, { cause });
  }
  if (there.type !== 'commonjs') return there;
  const advice = 'Say that this one is too (npm pkg set type=module), and run daymill init again.';
  throw new UserError(
    'BAD_ARGUMENT',
    `${file} has "type": "commonjs", and Daymill's projects are ES modules. ${advice}`,
  );
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
