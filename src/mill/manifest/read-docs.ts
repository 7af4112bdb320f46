/** What there is to say of a project's computations: from the manifest, from comments in their source, and from their schemas. */
import { join, posix } from 'node:path';
import { z } from 'zod';
import { isKeyed } from '../model/computation.ts';
import { ManifestComputation, ManifestDataset, type Manifest } from '../model/manifest.ts';
import { Graph, graphOf } from './graph.ts';
import { loadComputation, loadDataset } from './load-definitions.ts';
import type { Directories } from './modules-in.ts';
import { type Meaning, ModuleGraph } from './module-graph.ts';
import { SchemaComments, type CommentsByPath } from './schema-comments.ts';
import { fieldsOf, SchemaField } from './schema-fields.ts';
import { isNode, nameOf, nodesIn, type SyntaxNode, withoutTypeWrappers } from './syntax-node.ts';

const DocumentedField = SchemaField.extend({
  /** The comment above it. */
  comment: z.string().optional(),
});

const Documented = z.object({
  /** What the file begins with. */
  head: z.string().optional(),
  /** The comment above the definition, where that is another. */
  comment: z.string().optional(),
  /** The comment above the schema of a result or a row. */
  about: z.string().optional(),
  fields: z.array(DocumentedField),
});
type Documented = z.infer<typeof Documented>;

export const ComputationDocs = ManifestComputation.pick({
  name: true,
  category: true,
  productLines: true,
  tags: true,
  description: true,
  pass: true,
  module: true,
  needs: true,
  shape: true,
  keyed: true,
}).extend(Documented.shape);
export type ComputationDocs = z.infer<typeof ComputationDocs>;

export const DatasetDocs = ManifestDataset.pick({ name: true, kind: true, description: true, module: true }).extend(
  Documented.shape,
);
export type DatasetDocs = z.infer<typeof DatasetDocs>;

/** Of a folder right below that of the computations; what lies in none, or elsewhere, has a section without a name. */
export const DocsSection = z.object({
  name: z.string(),
  /** Its computations, and whatever they read. */
  graph: Graph,
  /** By pass, then by category, then by name. */
  computations: z.array(ComputationDocs),
  datasets: z.array(DatasetDocs),
});
export type DocsSection = z.infer<typeof DocsSection>;

export interface DocsOptions {
  readonly root: string;
  /** Where its computations are, relative to the root. Of several folders each is a section. */
  readonly directory: Directories;
  /** Of the section of those that lie in no folder below it; none when absent. */
  readonly title?: string;
}

/**
 * Sections in the order of their names. Imports the project's modules.
 * @throws {UserError} BAD_DEFINITION, NO_MANIFEST where the source is not that of the manifest
 */
export async function readDocs(
  manifest: Manifest,
  { root, directory, title = '' }: DocsOptions,
): Promise<DocsSection[]> {
  const reader = new DocsReader(root);
  const names = [...manifest.computations, ...manifest.datasets].map(({ module }) => sectionOf(module, directory));
  const sections: DocsSection[] = [];
  for (const name of [...new Set(names)].sort()) {
    const isHere = ({ module }: { readonly module: string }): boolean => sectionOf(module, directory) === name;
    const computations: ComputationDocs[] = [];
    for (const entry of manifest.computations.filter(isHere)) {
      const definition = await loadComputation(root, entry);
      const value = isKeyed(definition.output) ? '*' : '';
      computations.push(
        ComputationDocs.parse({ ...entry, ...reader.document(entry, definition.output, ['output'], value) }),
      );
    }
    computations.sort((a, b) => a.pass - b.pass || compare(a.category, b.category) || compare(a.name, b.name));
    const datasets: DatasetDocs[] = [];
    for (const entry of manifest.datasets.filter(isHere)) {
      const { schema } = await loadDataset(root, entry);
      datasets.push(DatasetDocs.parse({ ...entry, ...reader.document(entry, schema, ['entity', 'document'], '') }));
    }
    sections.push({
      name: name === '' ? title : name,
      graph: sectionGraph(manifest, new Set(computations.map((one) => one.name))),
      computations,
      datasets,
    });
  }
  return sections;
}

interface Entry {
  readonly module: string;
  readonly exportName: string;
}

class DocsReader {
  readonly #graph: ModuleGraph;
  readonly #comments: SchemaComments;

  constructor(root: string) {
    this.#graph = new ModuleGraph(root);
    this.#comments = new SchemaComments(this.#graph);
  }

  /** `members`: those of the definition that may hold its schema; `value`: where, in that, the fields are whose schema is described. */
  document(entry: Entry, schema: z.ZodType, members: readonly string[], value: string): Documented {
    const module = this.#graph.moduleAt(join(this.#graph.root, entry.module));
    const meaning = this.#graph.exportOf(module, entry.exportName);
    const head = this.#comments.docsOf(module).head;
    const comment = meaning?.kind === 'declaration' ? this.#above(meaning) : undefined;
    const comments =
      meaning?.kind === 'declaration' ? this.#schemaComments(meaning, members) : new Map<string, string>();
    const about = comments.get(value) ?? comments.get('');
    return {
      ...(head === undefined ? {} : { head }),
      ...(comment === undefined || comment === head ? {} : { comment }),
      ...(about === undefined ? {} : { about }),
      fields: fieldsOf(schema).map((field) =>
        field.path === value ? field : withComment(field, comments.get(field.path.replace(/\?$/, ''))),
      ),
    };
  }

  #above({ module, unit }: Meaning & { readonly kind: 'declaration' }): string | undefined {
    return this.#comments.docsOf(module).above(unit.node.start);
  }

  #schemaComments(
    { module, unit }: Meaning & { readonly kind: 'declaration' },
    members: readonly string[],
  ): CommentsByPath {
    const value = unit.node.type === 'VariableDeclarator' ? unit.node['init'] : unit.node;
    const schema = isNode(value) ? memberOf(withoutTypeWrappers(value), members) : undefined;
    return schema === undefined ? new Map() : this.#comments.of(schema, module);
  }
}

const withComment = (field: SchemaField, comment: string | undefined): z.infer<typeof DocumentedField> =>
  comment === undefined ? field : { ...field, comment };

/** `output` of `defineComputation({ output: … })`. */
function memberOf(call: SyntaxNode, members: readonly string[]): SyntaxNode | undefined {
  const [options] = nodesIn(call['arguments']);
  if (call.type !== 'CallExpression' || options === undefined) return undefined;
  const found = nodesIn(options['properties']).find((member) => members.includes(nameOf(member['key']) ?? ''));
  return isNode(found?.['value']) ? found['value'] : undefined;
}

/** Of one directory the folder right below it, of several that which it lies in; none for what lies in none, or elsewhere. */
function sectionOf(module: string, directories: Directories): string {
  if (typeof directories === 'string') return folderBelow(module, directories);
  const [directory, another] = directories;
  if (directory !== undefined && another === undefined) return folderBelow(module, directory);
  const found = directories.find((each) => module.startsWith(`${each.replace(/^\.\//, '').replace(/\/+$/, '')}/`));
  return found === undefined ? '' : posix.basename(found);
}

function folderBelow(module: string, directory: string): string {
  const folder = directory.replace(/^\.\//, '').replace(/\/+$/, '');
  const isAll = folder === '.' || folder === '';
  const inside = isAll ? module : module.startsWith(`${folder}/`) ? module.slice(folder.length + 1) : '';
  return inside.includes('/') ? (inside.split('/')[0] as string) : '';
}

/** The computations named, and whatever they read, of other sections too. */
function sectionGraph(manifest: Manifest, names: ReadonlySet<string>): Graph {
  const { nodes, edges } = graphOf(manifest);
  const inside = edges.filter(({ to }) => names.has(to.replace(/^computation:/, '')));
  const seen = new Set([...inside.map(({ from }) => from), ...[...names].map((name) => `computation:${name}`)]);
  return { nodes: nodes.filter(({ id }) => seen.has(id)), edges: inside };
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
