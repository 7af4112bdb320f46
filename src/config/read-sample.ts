/** Samples: each line of a clone's computations on its own, with the settings of the project that `daymill init --template` makes of it. */
import { existsSync, readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';
import { isClone, OWN } from './clone.ts';
import { importConfig, type ReadProject } from './read-project.ts';
import { parsed } from './parsed.ts';
import { ProjectSettings } from './project-settings.ts';

const TEMPLATES = 'src/cli/templates';
const COMPUTATIONS = 'src/computations';

/** Where a sample's state is, relative to the project's folder. */
export const sampleHome = (sample: string): string => join('.daymill/samples', sample);

/** Of this clone, in the order of their names; none where Daymill is a package. */
export const sampleNames = (): string[] =>
  isClone(OWN)
    ? readdirSync(join(OWN, TEMPLATES))
        .filter((name) => existsSync(join(OWN, COMPUTATIONS, name)))
        .sort()
    : [];

/** @throws {UserError} BAD_ARGUMENT where the project is no clone, or has no such sample */
export function readSample(
  sample: string,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): ReadProject {
  if (!isClone(root))
    throw new UserError(
      'BAD_ARGUMENT',
      `Samples are of a clone of Daymill, and ${root} is none. npx daymill init DIR --template NAME makes a project of one.`,
    );
  const names = sampleNames();
  if (!names.includes(sample)) {
    const near = didYouMean(sample, names);
    throw new UserError(
      'BAD_ARGUMENT',
      `There is no sample "${sample}".${near === undefined ? '' : ` Did you mean ${near}?`} There are ${names.join(', ')}.`,
    );
  }
  const file = `${TEMPLATES}/${sample}/daymill.config.ts`;
  const settings = parsed(ProjectSettings, importByName(join(root, file), file, env), file);
  return { settings: { ...settings, computations: [`${COMPUTATIONS}/${sample}`] }, file, inPackage: false };
}

/** A template calls Daymill by its name, as projects do; in a clone nothing is built that the name could mean. */
function importByName(path: string, file: string, env: Readonly<Record<string, string | undefined>>): unknown {
  const url = pathToFileURL(join(OWN, 'src/index.ts')).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'daymill' ? { url, shortCircuit: true } : next(specifier, context),
  });
  try {
    return importConfig(path, file, env);
  } finally {
    hooks.deregister();
  }
}
