/** Follows a guide as somebody does who is new to Daymill: block by block, in a folder of their own, and looks whether it is as it says. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asShown, type Ids } from './compare-shown.ts';
import { edited, type Step, stepsOf } from './parse-guide.ts';
import { COLUMNS, terminal } from './terminal.ts';

/** What the text of a guide leaves to its reader. Keys are some of the text of the steps that are meant; of `exits`, or of what they show. */
export interface Reader {
  /** Where the first command is typed, with what a reader has there. */
  readonly begin: (folder: string) => string | Promise<string>;
  readonly variables?: () => Readonly<Record<string, string>>;
  /** What `begin` started. */
  readonly end?: () => Promise<void>;
  /** Exit codes other than 0. */
  readonly exits?: Readonly<Record<string, number>>;
  /** Steps that cannot be taken here, with the reason. */
  readonly notRun?: Readonly<Record<string, string>>;
  /** Where a fragment belongs, with what it lacks to be a module. What they come to is checked by the compiler, and not run. */
  readonly fragments?: Readonly<Record<string, (fragment: string) => { readonly path: string; readonly text: string }>>;
  /** Commands that are typed otherwise here, for the reason that is said where it is written. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Headings under which an edit is undone before the next one, and before the next heading, as the text there says. */
  readonly undone?: readonly string[];
}

export interface Followed {
  /** What was not as the guide says; empty when all was. */
  readonly problems: readonly string[];
  /** All that was typed and printed, with how long each took. */
  readonly transcript: string;
}

export async function follow(markdown: string, reader: Reader, folder: string): Promise<Followed> {
  const steps = stepsOf(markdown);
  const walk = await begun(reader, folder);
  try {
    for (const step of steps) {
      try {
        await take(walk, step);
      } catch (thrown) {
        walk.problems.push(`line ${step.line}: ${(thrown as Error).message}`);
      }
    }
    if (walk.fragments > 0) await compileFragments(walk);
  } finally {
    await walk.shell.close();
    await reader.end?.();
  }
  for (const [what, keys] of Object.entries({ exits: reader.exits, notRun: reader.notRun, instead: reader.instead }))
    for (const key of Object.keys(keys ?? {}))
      if (!walk.used.has(key)) walk.problems.push(`${what}: nothing in the guide is “${key}”`);
  return { problems: walk.problems, transcript: walk.transcript.join('\n') };
}

interface Walk {
  readonly reader: Reader;
  readonly shell: ReturnType<typeof terminal>;
  /** The folder of the project, where files go. */
  readonly cwd: string;
  readonly used: Set<string>;
  readonly problems: string[];
  readonly transcript: string[];
  heading: string;
  /** What the last command printed. */
  last: string;
  fragments: number;
  /** Files as they were before the edit that is to be undone. */
  readonly before: Map<string, string>;
  readonly ids: Map<string, string>;
}

async function begun(reader: Reader, folder: string): Promise<Walk> {
  mkdirSync(folder, { recursive: true });
  const cwd = await reader.begin(folder);
  const shell = terminal(cwd, reader.variables?.());
  return {
    reader,
    shell,
    cwd,
    used: new Set(),
    problems: [],
    transcript: [],
    heading: '',
    last: '',
    fragments: 0,
    before: new Map(),
    ids: new Map(),
  };
}

/** The entry that is meant by the step. */
function named<T>(walk: Walk, entries: Readonly<Record<string, T>> = {}, ...texts: readonly string[]): T | undefined {
  const key = Object.keys(entries).find((one) => texts.some((text) => text.includes(one)));
  if (key !== undefined) walk.used.add(key);
  return key === undefined ? undefined : entries[key];
}

async function take(walk: Walk, step: Step): Promise<void> {
  const { reader } = walk;
  if (step.kind === 'edit' || step.heading !== walk.heading) putBack(walk);
  walk.heading = step.heading;
  if (named(walk, reader.notRun, step.text) !== undefined) return;
  switch (step.kind) {
    case 'command':
      await (step.isKept ? keepRunning(walk, step) : expectRun(walk, step));
      return;
    case 'output':
      if (asShown(step.text, walk.last, true) === undefined) throw new Error(both(step.text, walk.last));
      return;
    case 'file':
      save(walk, step.path, step.text);
      return;
    case 'edit':
      edit(walk, step);
      return;
    case 'fragment': {
      const place = named(walk, reader.fragments, step.text);
      if (place === undefined) throw new Error(`this is neither a file nor named:\n${step.text}`);
      const { path, text } = place(step.text);
      save(walk, path, text);
      walk.fragments++;
    }
  }
}

interface Typed {
  readonly text: string;
  readonly shows: string;
}

/** Waits until it has printed what is shown, whatever else. */
async function keepRunning(walk: Walk, { text, shows }: Typed): Promise<void> {
  walk.last = await walk.shell.keep(withIds(text, walk.ids), (printed) => asShown(shows, printed, true) !== undefined);
  walk.transcript.push('# kept running', `$ ${text} &`, walk.last);
  learnIds(walk, asShown(shows, walk.last, true));
}

const learnIds = ({ ids }: Walk, found: Ids = new Map()): void => {
  for (const [shown, here] of found) ids.set(shown, here);
};

async function expectRun(walk: Walk, { text, shows }: Typed): Promise<void> {
  const { instead, exits } = walk.reader;
  const startedMs = performance.now();
  const { printed, code } = await walk.shell.run(withIds(named(walk, instead, text) ?? text, walk.ids));
  walk.last = printed;
  walk.transcript.push(`# ${Math.round(performance.now() - startedMs)} ms, exit code ${code}`, `$ ${text}`, printed);
  const wanted = named(walk, exits, text, shows) ?? 0;
  if (code !== wanted) throw new Error(`${text} ended with ${code} instead of ${wanted}; it printed:\n${printed}`);
  if (widest(shows) > Math.max(COLUMNS, widest(printed)))
    throw new Error(`${text} is shown wider than ${COLUMNS} columns, and printed as\n${printed}`);
  const ids = shows === '' ? new Map() : asShown(shows, printed);
  if (ids === undefined) throw new Error(`${text}\n${both(shows, printed)}`);
  learnIds(walk, ids);
}

/** Ids that the guide has from its own outputs are typed as they came here. */
const withIds = (text: string, ids: Ids): string =>
  [...ids].reduce((so, [shown, here]) => so.replaceAll(shown, here), text);

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

async function compileFragments({ shell, problems }: Walk): Promise<void> {
  const { printed, code } = await shell.run('npx tsc --noEmit');
  if (code !== 0) problems.push(`fragments do not compile:\n${printed}`);
}

const both = (shown: string, printed: string): string => `is shown with:\n${shown}\nand printed:\n${printed}`;

function save({ cwd }: Walk, path: string, text: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

function edit(walk: Walk, { heading, files }: Step & { kind: 'edit' }): void {
  for (const { path, text } of files) {
    const before = readFileSync(join(walk.cwd, path), 'utf8');
    save(walk, path, edited(before, text));
    if (walk.reader.undone?.includes(heading) === true) walk.before.set(path, before);
  }
}

function putBack(walk: Walk): void {
  for (const [path, text] of walk.before) save(walk, path, text);
  walk.before.clear();
}
