/** Loaded into each process of Node that a test starts, by NODE_OPTIONS: notes that it started, and which packages it had loaded when it ended. */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { NOTES_VARIABLE, type ProcessNote } from './noted-processes.ts';

const file = process.env[NOTES_VARIABLE];
if (file !== undefined) {
  const note = (what: ProcessNote): void => appendFileSync(file, `${JSON.stringify(what)}\n`);
  const packages = new Set<string>();
  note({ event: 'started', argv: process.argv.slice(1) });
  registerHooks({
    load(url, context, next) {
      const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  process.once('exit', () => note({ event: 'ended', argv: process.argv.slice(1), packages: [...packages].sort() }));
}
