/** A deployment's plan as people read it: what is made, changed, left alone or removed, and why. */
import { type Change, kindOf, nameOf } from '../deploy/change.ts';
import type { Body, FieldChange } from '../deploy/resource.ts';
import { counted } from './counted.ts';
import { GROUPS, labelOf, MARKS } from './deploy-labels.ts';
import { wrapped } from './wrapped.ts';

const WIDTH = 100;

/** A longer name pushes what is said of it to the right. */
const MAX_NAME_WIDTH = 54;

/** How much of a value a line shows. */
const VALUE_WIDTH = 34;

/** Groups in which something changes; what is as it should be is a line at the end. */
export function describePlan(changes: readonly Change[]): string[] {
  const lines: string[] = [];
  const kept: string[] = [];
  for (const { title, kinds } of GROUPS) {
    const own = changes.filter((change) => kinds.includes(kindOf(change)));
    const told = own.filter(({ action }) => action !== 'keep');
    if (told.length > 0) lines.push('', title, ...describeGroup(told));
    if (told.length < own.length) kept.push(`${own.length - told.length} of ${title}`);
  }
  return kept.length === 0 ? lines : [...lines, '', ...wrapped(`As they should be: ${kept.join('; ')}.`, WIDTH)];
}

function describeGroup(changes: readonly Change[]): string[] {
  const families = family(changes);
  const width = Math.min(MAX_NAME_WIDTH, Math.max(0, ...families.map(({ name }) => name.length)));
  return families.flatMap((one) => describeFamily(one, width));
}

interface Family {
  readonly mark: string;
  readonly name: string;
  readonly text: string;
  readonly fields: readonly FieldChange[];
}

/** Fields and APIs that are new for the same reason are one line: there are many, and each says the same. */
function family(changes: readonly Change[]): Family[] {
  const alike = new Map<string, Change[]>();
  for (const change of changes) {
    const folds = change.action === 'create' && ['field', 'api'].includes(change.resource.kind);
    const key = folds
      ? `${change.resource.kind} ${change.resource.kind === 'api' ? '' : change.resource.why}`
      : nameOf(change) + kindOf(change);
    alike.set(key, [...(alike.get(key) ?? []), change]);
  }
  return [...alike.values()].map(([first, ...others]) => {
    if (first === undefined) throw new Error('a family has a first member');
    const mark = MARKS[first.action];
    const fields = first.action === 'update' ? first.fields : [];
    if (others.length === 0) return { mark, name: labelOf(first), text: textOf(first), fields };
    const all = [first, ...others];
    const names = all.map(labelOf);
    return kindOf(first) === 'api'
      ? { mark, name: counted(all.length, 'API'), text: names.join(', '), fields }
      : { mark, name: counted(all.length, 'field'), text: `${textOf(first)}\n${byCollection(names)}`, fields };
  });
}

/** `days: artifact, vector; shards: data` */
function byCollection(names: readonly string[]): string {
  const fields = new Map<string, string[]>();
  for (const name of names) {
    const [collection = '', field = ''] = name.split('.');
    fields.set(collection, [...(fields.get(collection) ?? []), field]);
  }
  return [...fields].map(([collection, all]) => `${collection}: ${all.join(', ')}`).join('; ');
}

function textOf(change: Change): string {
  if (change.action === 'remove') return 'bears our label, and is wanted no more';
  const settings = change.resource.kind === 'service' ? serviceSettings(change.resource.body) : '';
  return `${change.resource.why}${settings}`;
}

interface ServiceBody {
  readonly scaling: { readonly maxInstanceCount: number };
  readonly template: {
    readonly timeout: string;
    readonly maxInstanceRequestConcurrency: number;
    readonly containers: readonly [
      { readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } } },
    ];
  };
}

function serviceSettings(body: Body): string {
  const { scaling, template } = body as unknown as ServiceBody;
  const { cpu, memory } = template.containers[0].resources.limits;
  const requests = counted(template.maxInstanceRequestConcurrency, 'request');
  const seconds = template.timeout.replace('s', ' s');
  const instances = `0 to ${counted(scaling.maxInstanceCount, 'instance')}`;
  return `\n${Number(memory.replace('Mi', '')) / 1_024} GiB, ${cpu} vCPU; ${requests} at once, ${seconds} each; ${instances}`;
}

function describeFamily({ mark, name, text, fields }: Family, width: number): string[] {
  const indent = width + 6;
  const [first = '', ...rest] = text.split('\n').flatMap((line) => wrapped(line, WIDTH - indent));
  return [
    `  ${mark} ${name.padEnd(width)}  ${first}`.trimEnd(),
    ...rest.map((line) => `${' '.repeat(indent)}${line}`),
    ...fields.map((change) => `      ${describeField(change)}`),
  ];
}

/** Where in a body everybody would look for it: `env NODE_OPTIONS`. */
const fieldName = (path: string): string =>
  path.replace(/^template\.(containers\.0\.)?/, '').replace(/^env\.([^.]+)(\.value)?$/, 'env $1');

function describeField({ path, was, will }: FieldChange): string {
  const [before, after] = [inWords(was), inWords(will)];
  if (Math.max(before.length, after.length) <= VALUE_WIDTH) return `${fieldName(path)}: ${before} -> ${after}`;
  // Long values are alike at the beginning: what is not alike is shown.
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const from = Math.max(0, same - 10);
  return `${fieldName(path)}: ${shown(before, from)} -> ${shown(after, from)}`;
}

function inWords(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\s+/g, ' ');
}

const shown = (text: string, from: number): string =>
  `${from === 0 ? '' : '…'}${text.slice(from, from + VALUE_WIDTH)}${text.length > from + VALUE_WIDTH ? '…' : ''}`;
