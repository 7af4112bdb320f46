/** `daymill manifest`: the project as data, to look at, and as the file that deployed functions load. */
import { resolve } from 'node:path';
import { writeManifest } from '../../mill/manifest/read-manifest.ts';
import { inputIdOf } from '../../mill/model/manifest.ts';
import { fingerprintHash } from '../../mill/model/vector.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { projectManifest } from '../project.ts';

/** Enough of a hash to tell two apart by eye. */
const SHORT = 8;

export const manifest: Command = {
  name: 'manifest',
  usage: `daymill manifest [--out FILE]

Finds the project's computations, checks them, and shows them with their passes and fingerprints.
  --out    also writes the manifest that deployed functions load (npm run gcp-build does this)
  --json   the manifest itself, on one line
Exit code: 0 done, 2 wrong use.`,
  options: { out: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const made = await projectManifest(config);
  const rows = made.computations.map(({ pass, name, category, fingerprint, needs, module }) => [
    String(pass),
    name,
    category,
    fingerprintHash(fingerprint).slice(0, SHORT),
    fingerprint.code.slice(0, SHORT),
    fingerprint.layer.slice(0, SHORT),
    module,
    needs.map(inputIdOf).join(' '),
  ]);
  const columns = [
    { title: 'pass', align: 'right' as const },
    { title: 'computation' },
    { title: 'category', yields: 2 },
    { title: 'fingerprint', yields: 3 },
    { title: 'code', yields: 5 },
    { title: 'layer', yields: 4 },
    { title: 'module', yields: 1 },
    { title: 'reads', wraps: true },
  ];
  output.table(columns, rows);
  output.line();
  output.line(
    `${counted(made.computations.length, 'computation')} in ${counted(made.passes, 'pass')}, ${counted(made.datasets.length, 'dataset')} (${made.datasets.map(({ name }) => name).join(', ')})`,
  );
  const out = text(args, 'out');
  if (out !== undefined) {
    writeManifest(resolve(config.root, out), made);
    output.line(`Written to ${out}`);
  }
  output.data(made);
  return 0;
}
