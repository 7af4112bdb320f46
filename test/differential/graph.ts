/** A graph of modules as text: forms, each carried to one of at most two computations. */
import type { Carrier } from './carriers.ts';
import { writtenForm, type Files, type Form, type Turns } from './form.ts';

export interface Part {
  readonly form: Form;
  readonly number: number;
  readonly turns: Turns;
  readonly carrier: Carrier;
  readonly owner: Owner;
}

export type Owner = 'main' | 'other';

export interface Graph {
  /** In the order of their imports and statements. */
  readonly parts: readonly Part[];
  /** Where the second computation is, if there is one, and whether the first reads its result. */
  readonly other?: { readonly module: 'same' | 'own'; readonly first: boolean; readonly read: boolean };
  /** Lines at the end of the imports of the main module. */
  readonly more?: readonly string[];
}

export const MAIN = 'computations/main.ts';
export const OTHER = 'computations/other.ts';

/** Where the computation is exported. */
export const moduleOf = ({ other }: Graph, owner: Owner): string =>
  owner === 'other' && other?.module === 'own' ? OTHER : MAIN;

export function filesOf(graph: Graph): Files {
  const files = new FileSet();
  const carried = graph.parts.map(({ form, number, turns, carrier, owner }) => {
    const written = writtenForm(form, number, turns);
    const part = carrier(written, number);
    for (const [path, text] of Object.entries({ ...written.files, ...part.files })) files.add(path, text);
    return { ...part, owner, number };
  });
  const { other } = graph;
  const of = (owner: Owner): typeof carried => carried.filter((part) => part.owner === owner);
  const main = computation('main', of('main'), other?.read === true);
  const more = graph.more ?? [];
  if (other === undefined) {
    files.add(MAIN, moduleText(carried, [INPUT, main], more));
  } else if (other.module === 'same') {
    const both = [main, computation('other', of('other'), false)];
    const inOrder = other.first || other.read ? both.toReversed() : both;
    files.add(MAIN, moduleText(carried, [INPUT, ...inOrder], more));
  } else {
    const link = other.read ? "import { input, other } from './other.ts';" : "import { input } from './other.ts';";
    files.add(MAIN, moduleText(of('main'), [main], [link, ...more]));
    files.add(OTHER, moduleText(of('other'), [INPUT, computation('other', of('other'), false)], []));
  }
  return files.all();
}

interface Code {
  readonly number: number;
  readonly imports: string;
  readonly top: string;
  readonly result: string;
}

/** `Day` is a schema at hand: what is not imported need not be hashed, and zod is large. */
const HEAD =
  "import { Day } from 'daymill';\nimport { defineComputation, defineDocument, dependency, document } from 'daymill';";
const INPUT = "export const input = defineDocument({ name: 'input', document: Day });";

function moduleText(parts: readonly Code[], definitions: readonly string[], more: readonly string[]): string {
  const text = [HEAD, ...parts.map(({ imports }) => imports), ...more, ...parts.map(({ top }) => top), ...definitions];
  return `${text.filter(Boolean).join('\n')}\n`;
}

/** Its results stand in the order of the numbers, whatever the order in which its parts are imported. */
function computation(name: Owner, parts: readonly Code[], readsOther: boolean): string {
  const inOrder = parts.toSorted((a, b) => a.number - b.number);
  const results = [...inOrder.map(({ result }) => result), ...(readsOther ? ['other'] : [])];
  const isAsync = results.some((result) => /\bawait\b/.test(result));
  return [
    `export const ${name} = defineComputation({`,
    `  name: '${name}',`,
    "  category: 'made',",
    "  description: 'What a form makes of a day',",
    `  needs: { d: document(input)${readsOther ? ', other: dependency(other)' : ''} },`,
    '  output: Day,',
    `  compute: ${isAsync ? 'async ' : ''}({ d${readsOther ? ', other' : ''} }) => [`,
    ...results.map((result) => `    ${result},`),
    '  ],',
    '});',
  ].join('\n');
}

/** Forms may share a file, when they say the same of it; what they say of a package.json is put together. */
class FileSet {
  readonly #files = new Map<string, string>();
  #package: Record<string, unknown> = { name: 'graph', type: 'module' };

  add(path: string, text: string): void {
    if (path === 'package.json') {
      for (const [key, value] of Object.entries(JSON.parse(text) as Record<string, object>)) {
        const known = this.#package[key];
        this.#package[key] = typeof known === 'object' ? { ...known, ...value } : value;
      }
      return;
    }
    const known = this.#files.get(path);
    if (known !== undefined && known !== text) throw new Error(`Two forms write another ${path}.`);
    this.#files.set(path, text);
  }

  all(): Files {
    return { 'package.json': JSON.stringify(this.#package), ...Object.fromEntries(this.#files) };
  }
}
