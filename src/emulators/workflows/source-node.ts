/** YAML with positions: a node that can be read as a list, a map, a name or a template, or refused where it stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar } from 'yaml';
import type { Document, Node } from 'yaml';
import { SourceError } from './errors.ts';
import type { Position } from './errors.ts';
import { parseExpression } from './expression.ts';
import type { Expression } from './expression.ts';
import { MAX_EXPRESSION_LENGTH, MAX_SOURCE_BYTES, MAX_STRING_BYTES } from './limits.ts';
import type { Target, Template } from './program.ts';
import { ExpressionError } from './tokens.ts';
import { isInt64 } from './value.ts';

export interface Entry {
  readonly key: string;
  readonly at: Position;
  readonly value: SourceNode;
}

interface Source {
  readonly text: string;
  readonly lines: LineCounter;
  readonly document: Document;
  /** Aliases followed so far. */
  aliases: number;
}

/** Aliases followed in one source. Aliases of aliases could otherwise make a few lines endless. */
const MAX_ALIASES = 1_000;
const VARIABLE = /^[A-Za-z_]\w*$/;

export class SourceNode {
  readonly at: Position;
  readonly #source: Source;
  /** What an alias stands for. */
  readonly #node: Node | undefined;
  /** Where the node, or the alias itself, begins and ends in the text. */
  readonly #range: readonly [number, number];

  /** @throws {SourceError} for a text that is no YAML, empty or too large. */
  static root(text: string): SourceNode {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, version: '1.2' });
    const source = { text, lines, document, aliases: 0 };
    const problems = document.errors.map(({ pos, message }) => ({
      at: positionOf(source, pos[0]),
      message: `YAML: ${message.split('\n')[0]}`,
    }));
    const start = { line: 1, column: 1 };
    const size = Buffer.byteLength(text);
    if (size > MAX_SOURCE_BYTES) {
      problems.unshift({
        at: start,
        message: `the source has ${size} bytes, more than the ${MAX_SOURCE_BYTES} allowed`,
      });
    } else if (document.contents === null) {
      problems.push({ at: start, message: 'the source is empty; a workflow needs a main with at least one step' });
    }
    if (problems.length > 0 || document.contents === null) throw new SourceError(problems);
    return new SourceNode(source, document.contents);
  }

  private constructor(source: Source, node: Node) {
    this.#source = source;
    this.#range = [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
    this.at = positionOf(source, this.#range[0]);
    if (isAlias(node) && ++source.aliases > MAX_ALIASES) this.fail(`more than ${MAX_ALIASES} aliases to follow`);
    this.#node = isAlias(node) ? node.resolve(source.document) : node;
  }

  /** @throws {SourceError} */
  fail(message: string, at: Position = this.at): never {
    throw new SourceError([{ at, message }]);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  items(expected: string): SourceNode[] {
    if (!isSeq(this.#node)) return this.fail(`expected ${expected}`);
    return this.#node.items.map((item) => new SourceNode(this.#source, item as Node));
  }

  entries(expected: string): Entry[] {
    if (!isMap(this.#node)) return this.fail(`expected ${expected}`);
    return this.#node.items.map((pair) => {
      const key = new SourceNode(this.#source, pair.key as Node);
      const scalar = key.#node;
      if (!isScalar(scalar)) return key.fail('a key must be a string');
      const value = (pair.value as Node | null) ?? Object.assign(new Scalar(null), { range: scalar.range ?? null });
      return { key: String(scalar.value), at: key.at, value: new SourceNode(this.#source, value) };
    });
  }

  /** The one entry of a map. */
  entry(expected: string): Entry {
    const [entry, ...more] = this.entries(expected);
    return entry === undefined || more.length > 0 ? this.fail(`expected ${expected}, and nothing beside it`) : entry;
  }

  /** A map's entries by key: all that are required, none that is unknown. */
  fields<R extends string, O extends string>(
    what: string,
    required: readonly R[],
    optional: readonly O[],
  ): Record<R, Entry> & Partial<Record<O, Entry>> {
    const known: readonly string[] = [...required, ...optional];
    const entries = this.entries(`${what}: a map with ${known.join(', ')}`);
    const stranger = entries.find(({ key }) => !known.includes(key));
    if (stranger !== undefined) this.fail(`unknown key "${stranger.key}" in ${what}`, stranger.at);
    const missing = required.find((key) => !entries.some((entry) => entry.key === key));
    if (missing !== undefined) this.fail(`${what} needs "${missing}"`);
    return Object.fromEntries(entries.map((entry) => [entry.key, entry])) as ReturnType<typeof this.fields<R, O>>;
  }

  /** A plain string such as a step's name. */
  text(expected: string): string {
    const scalar = this.#node;
    const text = isScalar(scalar) ? scalar.value : undefined;
    return typeof text === 'string' && text !== '' ? text : this.fail(`expected ${expected}`);
  }

  variable(expected: string): string {
    const name = this.text(expected);
    if (VARIABLE.test(name)) return name;
    return this.fail(`"${name}" is not ${expected}: letters, digits and _ only, not starting with a digit`);
  }

  template(): Template {
    const { at } = this;
    if (this.isList) return { kind: 'list', at, items: this.items('a list').map((item) => item.template()) };
    if (this.isMap) {
      const entries = this.entries('a map').map(({ key, at: keyAt, value }): [string, Template] => {
        if (key.startsWith('${')) this.fail('a map key cannot be an expression; assign map[key] instead', keyAt);
        return [key, value.template()];
      });
      return { kind: 'map', at, entries };
    }
    const value = isScalar(this.#node) ? (this.#node.value as null | boolean | bigint | number | string) : null;
    if (typeof value === 'bigint' && !isInt64(value)) this.fail(`${value} exceeds 64 bits`);
    if (typeof value !== 'string') return { kind: 'value', at, value };
    const trimmed = value.trim();
    if (!trimmed.startsWith('${')) {
      if (Buffer.byteLength(value) > MAX_STRING_BYTES) this.fail(`a string exceeds ${MAX_STRING_BYTES} bytes`);
      return { kind: 'value', at, value };
    }
    if (!trimmed.endsWith('}')) {
      this.fail('an expression must end with }: the whole value is one ${...}, joined with + inside');
    }
    return { kind: 'expression', at, expression: this.#expression(trimmed.slice(2, -1)) };
  }

  #expression(text: string): Expression {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // A quoted or folded scalar may differ from its source; then the problem points to where it starts.
      const [start, end] = this.#range;
      const offset = this.#source.text.slice(start, end).indexOf(text);
      const at = offset < 0 ? this.at : positionOf(this.#source, start + offset + error.at);
      return this.fail(`in expression "${text}": ${error.message}`, at);
    }
  }
}

/**
 * The left side of an assignment, such as `total`, `user.name` or `list[i + 1]`.
 * @throws {SourceError}
 */
export function parseTarget({ key, at, value }: Entry): Target {
  let left: Expression;
  try {
    left = parse(key);
  } catch (error) {
    return value.fail(`in expression "${key}": ${(error as Error).message}`, at);
  }
  const path: Expression[] = [];
  while (left.kind === 'member' || left.kind === 'index') {
    path.unshift(left.kind === 'index' ? left.index : { kind: 'literal', value: left.name });
    left = left.object;
  }
  if (left.kind === 'variable') return { at, variable: left.name, path };
  return value.fail(`cannot assign to "${key}": expected a variable, a.key or a[index]`, at);
}

/** @throws {ExpressionError} */
function parse(text: string): Expression {
  if (text.length <= MAX_EXPRESSION_LENGTH) return parseExpression(text);
  throw new ExpressionError(`${text.length} characters, more than the ${MAX_EXPRESSION_LENGTH} allowed`, 0);
}

function positionOf({ lines }: Source, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
