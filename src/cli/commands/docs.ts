/** `daymill docs`: the computations as a page for people, from the code and the comments in it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { UserError } from '../../errors.ts';
import { docsDifferences } from '../../mill/manifest/docs-differences.ts';
import { DocsSection, readDocs } from '../../mill/manifest/read-docs.ts';
import { type Figures, renderDocs } from '../../mill/manifest/render-docs.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { jsonUsage } from '../describe-schema.ts';
import { titleOf } from '../pictures/svg.ts';
import { projectManifest } from '../project.ts';

/** What --check looks at unless it is told. */
const PAGE = 'docs/computations.md';
const PICTURES: ReadonlySet<string> = new Set(['.svg', '.png']);

const Answer = z.object({
  file: z.string().nullable().describe('null where it is printed'),
  differs: z.array(z.object({ part: z.string(), kind: z.enum(['changed', 'missing', 'left over']) })),
  sections: z.array(DocsSection).describe('what the page is made of'),
});

export const docs: Command = {
  name: 'docs',
  usage: `daymill docs [FOLDER …] [--out FILE] [--check] [--figures FOLDER]

Writes the project's computations as Markdown, with a section for each folder of them: the graph, a table of computations, and of each
its comments in the source, what it reads, and the fields of its result with their types and the comments above them.
  FOLDER     of these folders' computations (default: the project's), each checked by itself
  --out      writes it to the file; else it is printed
  --check    writes nothing, but says what in the file (default ${PAGE}) is not as it would be now
  --figures  shows what the folder has by a computation's or a section's name under it: rsi-14.svg (or .png), as plot --svg draws it, and rsi-14.md
${jsonUsage('  --json     ', Answer)}
Exit code: 0 done, 1 --check found something out of date, 2 wrong use.`,
  optional: ['FOLDER'],
  several: true,
  options: { out: { type: 'string' }, check: { type: 'boolean' }, figures: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const checks = args.values['check'] === true;
  const out = text(args, 'out') ?? (checks ? PAGE : undefined);
  if (out === '') throw new UserError('BAD_ARGUMENT', 'Where to? Say --out FILE.');
  const { root } = config;
  const sections = await sectionsOf(args.positionals, config);
  const page = out === undefined ? undefined : resolve(root, out);
  const place = page === undefined ? root : dirname(page);
  const toRoot = address(place, root);
  const folder = text(args, 'figures');
  const shown = folder === undefined ? [] : ['--figures', folder];
  const renew = ['daymill docs', ...args.positionals, ...shown, '--out', out ?? PAGE].join(' ');
  const markdown = renderDocs(sections, {
    toRoot: toRoot === '' ? '' : `${toRoot}/`,
    renew,
    figures: folder === undefined ? new Map() : figuresIn(resolve(root, folder), place),
  });
  if (page === undefined || out === undefined) {
    output.verbatim(markdown.trimEnd());
    output.data({ file: null, differs: [], sections });
    return 0;
  }
  const written = existsSync(page) ? readText(page) : '';
  const differs = docsDifferences(written, markdown);
  const count = counted(sections.flatMap(({ computations }) => computations).length, 'computation');
  if (!checks) {
    mkdirSync(dirname(page), { recursive: true });
    if (written !== markdown) writeFileSync(page, markdown);
    output.line(differs.length === 0 ? `${out} is as it was: ${count}` : `Written to ${out}: ${count}`);
  } else if (differs.length === 0) output.line(`${out} is up to date: ${count}`);
  else {
    output.line(written === '' ? `${out} is not there.` : `${out} is out of date:`);
    if (written !== '') for (const { part, kind } of differs) output.line(`  ${part} (${kind})`);
    output.line(`Renew it with: npx ${renew}`);
  }
  output.data({ file: out, differs, sections });
  return checks && differs.length > 0 ? 1 : 0;
}

/** By the names that they are called by; pictures from where the page is. @throws {UserError} MISSING_FILE */
function figuresIn(folder: string, place: string): Map<string, Figures> {
  if (!existsSync(folder)) throw new UserError('MISSING_FILE', `There is no folder ${folder} to take figures from.`);
  const byName = Map.groupBy(readdirSync(folder).sort(), (file) => basename(file, extname(file)));
  return new Map(
    [...byName].map(([name, files]) => [
      name,
      {
        pictures: files
          .filter((file) => PICTURES.has(extname(file)))
          .map((file) => pictureIn(join(folder, file), place)),
        texts: files.filter((file) => extname(file) === '.md').map((file) => readText(join(folder, file)).trim()),
      },
    ]),
  );
}

const pictureIn = (file: string, place: string): Figures['pictures'][number] => ({
  address: encodeURI(address(place, file)),
  title: (extname(file) === '.svg' ? titleOf(readText(file)) : undefined) ?? basename(file, extname(file)),
});

/** Git may have given it other line ends. */
const readText = (file: string): string => readFileSync(file, 'utf8').replaceAll('\r\n', '\n');

const address = (from: string, to: string): string => relative(from, to).split(sep).join('/');

/** @throws {UserError} MISSING_FILE for a folder that is not there, and whatever is wrong with what lies in it */
async function sectionsOf(folders: readonly string[], config: Config): Promise<DocsSection[]> {
  const { root, computations: directory, epoch } = config;
  if (folders.length === 0) return readDocs(await projectManifest(config), { root, directory });
  const { buildManifest } = await import('../../mill/manifest/build-manifest.ts');
  const sections: DocsSection[] = [];
  for (const folder of folders) {
    const directory = relative(root, resolve(root, folder)).split(sep).join('/');
    const manifest = await buildManifest({ root, directory, epoch });
    sections.push(...(await readDocs(manifest, { root, directory, title: basename(directory) })));
  }
  return withoutRepeats(sections);
}

/** What folders share is told once, where it comes first. */
function withoutRepeats(sections: readonly DocsSection[]): DocsSection[] {
  const told = new Set<string>();
  const isNew = ({ module, name }: { readonly module: string; readonly name: string }): boolean => {
    const key = `${module} ${name}`;
    return !told.has(key) && told.add(key).has(key);
  };
  return sections
    .map(({ name, graph, computations, datasets }) => ({
      name,
      graph,
      computations: computations.filter(isNew),
      datasets: datasets.filter(isNew),
    }))
    .filter(({ computations, datasets }) => computations.length + datasets.length > 0);
}
