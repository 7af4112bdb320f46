/** A project's computations as one page of Markdown: the same source gives the same page, on every machine. */
import type { ManifestNeed } from '../model/manifest.ts';
import { cell, code, paragraphs, plain, slug, table } from './markdown.ts';
import type { ComputationDocs, DatasetDocs, DocsSection } from './read-docs.ts';
import { renderGraph } from './render-graph.ts';

export interface RenderOptions {
  /** From the page's folder to the project's: empty, or `../`, for links to source. */
  readonly toRoot: string;
  /** What makes the page anew. */
  readonly renew: string;
  /** What else is shown of a computation or of a section, by its name. */
  readonly figures?: ReadonlyMap<string, Figures>;
}

export interface Figures {
  readonly pictures: readonly {
    readonly address: string;
    /** For who cannot see it. */
    readonly title: string;
  }[];
  /** Markdown of the project's own, as it is. */
  readonly texts: readonly string[];
}

interface Links {
  /** Of a computation's name, to what the page says of it. */
  readonly linkTo: (name: string) => string;
  /** Of a module, to its source. */
  readonly source: (module: string) => string;
  readonly figures: ReadonlyMap<string, Figures>;
}

const TITLE = 'Computations';

export function renderDocs(
  sections: readonly DocsSection[],
  { toRoot, renew, figures = new Map() }: RenderOptions,
): string {
  const anchors = new Anchors();
  anchors.of(TITLE);
  const placed = sections.map((section) => ({
    section,
    anchor: section.name === '' ? undefined : anchors.of(section.name),
    computations: section.computations.map((one) => [one.name, anchors.of(one.name)] as const),
  }));
  const anchorOf = new Map(placed.flatMap(({ computations }) => computations));
  const linkTo = (name: string): string => {
    const anchor = anchorOf.get(name);
    return anchor === undefined ? code(name, 'table') : `[${plain(name)}](#${anchor})`;
  };
  const contents = placed.flatMap(({ section, anchor }) =>
    anchor === undefined
      ? []
      : [`- [${plain(section.name)}](#${anchor}): ${counted(section.computations.length, 'computation')}`],
  );
  const blocks = [
    `# ${TITLE}`,
    `Written by ${code(renew)} from the code and the comments in it, which are what to change.`,
    ...(sections.length > 1 ? [contents.join('\n')] : []),
    ...sections.flatMap((section) =>
      sectionBlocks(section, { linkTo, source: (module) => sourceLink(module, toRoot), figures }),
    ),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Headings of the same name are told apart by a number, as GitHub does it. */
class Anchors {
  readonly #seen = new Map<string, number>();

  of(heading: string): string {
    const anchor = slug(heading);
    const before = this.#seen.get(anchor) ?? 0;
    this.#seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  }
}

function sectionBlocks({ name, graph, computations, datasets }: DocsSection, links: Links): string[] {
  // What is called by both names is the computation's.
  const isComputation = computations.some((one) => one.name === name);
  return [
    name === '' ? '' : `## ${plain(name)}`,
    ...(isComputation ? [] : figureBlocks(links.figures.get(name))),
    fenced('mermaid', renderGraph(graph, 'mermaid')),
    graph.edges.some(({ kind }) => kind === 'history') ? 'Dashed arrows read earlier days only.' : '',
    computations.length === 0 ? '' : overview(computations, links),
    ...datasets.flatMap((one) => datasetBlocks(one, links)),
    ...computations.flatMap((one) => computationBlocks(one, links)),
  ];
}

/** Columns that are empty for all are left out. */
function overview(computations: readonly ComputationDocs[], { linkTo, source }: Links): string {
  const columns: Readonly<Record<string, (one: ComputationDocs) => string>> = {
    pass: ({ pass }) => String(pass),
    category: ({ category }) => plain(category),
    computation: ({ name }) => linkTo(name),
    'what it is': ({ description = '' }) => plain(description),
    reads: ({ needs }) => needs.map((need) => reads(need, linkTo)).join(', '),
    'product lines': ({ productLines }) => productLines.map(plain).join(', '),
    tags: ({ tags }) => tags.map(plain).join(', '),
    source: ({ module }) => source(module),
  };
  const shown = Object.entries(columns).filter(([, cellOf]) => computations.some((one) => cellOf(one) !== ''));
  return table(
    shown.map(([title]) => title),
    computations.map((one) => shown.map(([, cellOf]) => cellOf(one))),
  );
}

const figureBlocks = ({ pictures, texts }: Figures = { pictures: [], texts: [] }): string[] => [
  ...pictures.map(({ address, title }) => `![${plain(title)}](${address})`),
  ...texts,
];

function computationBlocks(one: ComputationDocs, { linkTo, source, figures }: Links): string[] {
  const facts = [
    `Pass ${one.pass}, ${plain(one.category)}, ${SHAPES[one.shape]}`,
    `reads ${one.needs.length === 0 ? 'nothing' : one.needs.map((need) => reads(need, linkTo)).join(', ')}`,
    source(one.module),
  ];
  return [
    `### ${plain(one.name)}`,
    one.description === undefined ? '' : `${plain(one.description)}.`.replace(/([.!?…])\.$/, '$1'),
    paragraphs(one.head ?? ''),
    paragraphs(one.comment ?? ''),
    ...figureBlocks(figures.get(one.name)),
    `${facts.join('; ')}.`,
    paragraphs(one.about ?? ''),
    fieldTable(one, one.keyed ? 'of each key' : 'of a day'),
  ];
}

const datasetBlocks = (one: DatasetDocs, { source }: Links): string[] => [
  `**Dataset ${code(one.name)}**, ${one.kind === 'entities' ? 'entities of a day' : 'one document a day'}, ${source(one.module)}${one.description === undefined ? '' : `: ${plain(one.description)}`}`,
  paragraphs(one.comment ?? ''),
  paragraphs(one.about ?? ''),
  fieldTable(one, one.kind === 'entities' ? 'of each' : 'of a day'),
];

const SHAPES = {
  compute: 'computed once a day',
  perEntity: 'computed for each entity by itself',
  reduce: 'one result of all entities',
} as const;

/** Fields, types, and what comments say of them. */
function fieldTable({ fields }: Pick<ComputationDocs, 'fields'>, whose: string): string {
  const rows = fields.map(({ path, type, comment, description }) => [
    path === '' ? 'the result' : code(path, 'table'),
    code(type, 'table'),
    comment === undefined ? plain(description ?? '') : cell(comment),
  ]);
  return rows.length === 0 ? '' : table([`field ${whose}`, 'type', 'meaning'], rows);
}

function reads(need: ManifestNeed, linkTo: Links['linkTo']): string {
  switch (need.kind) {
    case 'dependency':
      return linkTo(need.of);
    case 'previous':
      return 'its own result of the day before';
    case 'own-history':
      return `its own results of ${counted(need.days, 'day')} before`;
    case 'history':
      return `${need.source === 'computation' ? linkTo(need.of) : code(need.of, 'table')} of ${counted(need.days, 'day')} before`;
    case 'latest':
      return `the latest ${code(need.of, 'table')}`;
    case 'joined':
      return `${code(need.of, 'table')} by key`;
    case 'dataset':
    case 'document':
      return code(need.of, 'table');
  }
}

const sourceLink = (module: string, toRoot: string): string =>
  `[${plain(module.split('/').at(-1) ?? module)}](${toRoot}${module.split('/').map(encodeURIComponent).join('/')})`;

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
