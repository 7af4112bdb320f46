/** YAML with positions: reads nodes, collects problems, turns values into templates. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
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
  readonly value: Node;
}

/** Aliases followed in one source. Aliases of aliases could otherwise make a few lines endless. */
const MAX_ALIASES = 1_000;
const START: Position = { line: 1, column: 1 };
const VARIABLE = /^[A-Za-z_]\w*$/;

/** One source text while it is parsed. Problems are collected, so that a deploy reports all of them at once. */
export class Source {
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #document: Document;
  #aliases = 0;
  readonly #problems: { at: Position; message: string }[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, intAsBigInt: true, version: '1.2' });
    const size = Buffer.byteLength(text);
    if (size > MAX_SOURCE_BYTES) {
      this.problem(START, `the source has ${size} bytes, more than the ${MAX_SOURCE_BYTES} allowed`);
    }
    for (const error of this.#document.errors) {
      this.problem(this.#position(error.pos[0]), `YAML: ${error.message.split('\n')[0]}`);
    }
    this.done();
  }

  problem(at: Position, message: string): void {
    this.#problems.push({ at, message });
  }

  /** @throws {SourceError} if there were problems. */
  done(): void {
    if (this.#problems.length > 0) throw new SourceError(this.#problems);
  }

  root(): Node | undefined {
    return this.#document.contents ?? undefined;
  }

  at(node: Node): Position {
    return this.#position(node.range?.[0] ?? 0);
  }

  /** A map's entries in order, or a problem that says what was expected. */
  entries(node: Node, expected: string): Entry[] {
    const map = this.#resolve(node);
    if (!isMap(map)) {
      this.problem(this.at(node), `expected ${expected}`);
      return [];
    }
    return map.items.flatMap((pair) => this.#entry(pair as Pair<Node, Node | null>));
  }

  /** A map's entries by key; a key that is not `allowed` is a problem. */
  fields(node: Node, where: string, allowed: readonly string[]): Map<string, Entry> {
    const fields = new Map<string, Entry>();
    for (const entry of this.entries(node, `a map with ${allowed.join(', ')}`)) {
      if (!allowed.includes(entry.key)) this.problem(entry.at, `unknown key "${entry.key}" in ${where}`);
      fields.set(entry.key, entry);
    }
    return fields;
  }

  items(node: Node, expected: string): Node[] {
    const list = this.#resolve(node);
    if (isSeq(list)) return list.items as Node[];
    this.problem(this.at(node), `expected ${expected}`);
    return [];
  }

  isList(node: Node): boolean {
    return isSeq(this.#resolve(node));
  }

  isMap(node: Node): boolean {
    return isMap(this.#resolve(node));
  }

  /** A plain string such as a step's name. */
  text(node: Node, expected: string): string {
    const scalar = this.#resolve(node);
    if (isScalar(scalar) && typeof scalar.value === 'string' && scalar.value !== '') return scalar.value;
    this.problem(this.at(node), `expected ${expected}`);
    return '';
  }

  variable(node: Node, expected: string): string {
    const name = this.text(node, expected);
    if (name !== '' && !VARIABLE.test(name)) {
      this.problem(
        this.at(node),
        `"${name}" is not ${expected}: letters, digits and _ only, not starting with a digit`,
      );
    }
    return name;
  }

  template(node: Node): Template {
    const at = this.at(node);
    const value = this.#resolve(node);
    if (isSeq(value)) return { kind: 'list', at, items: value.items.map((item) => this.template(item as Node)) };
    if (isMap(value)) {
      const entries = this.entries(value, 'a map');
      for (const entry of entries) {
        if (entry.key.startsWith('${'))
          this.problem(entry.at, 'a map key cannot be an expression; assign map[key] instead');
      }
      return { kind: 'map', at, entries: entries.map((entry) => [entry.key, this.template(entry.value)] as const) };
    }
    const scalar = isScalar(value) ? value.value : null;
    if (typeof scalar === 'string') return this.#string(scalar, node, at);
    if (typeof scalar === 'bigint' && !isInt64(scalar)) this.problem(at, `${scalar} exceeds 64 bits`);
    return { kind: 'value', at, value: scalar as null | boolean | bigint | number };
  }

  /** The left side of an assignment, such as `total`, `user.name` or `list[i + 1]`. */
  target(text: string, at: Position): Target {
    const path: Expression[] = [];
    let left = this.#parse(text, at, 0);
    while (left !== undefined && (left.kind === 'member' || left.kind === 'index')) {
      path.unshift(left.kind === 'index' ? left.index : { kind: 'literal', value: left.name });
      left = left.object;
    }
    if (left?.kind === 'variable') return { at, variable: left.name, path };
    if (left !== undefined) this.problem(at, `cannot assign to "${text}": expected a variable, a.key or a[index]`);
    return { at, variable: '', path: [] };
  }

  #string(text: string, node: Node, at: Position): Template {
    const trimmed = text.trim();
    if (!trimmed.startsWith('${')) {
      if (Buffer.byteLength(text) > MAX_STRING_BYTES) this.problem(at, `a string exceeds ${MAX_STRING_BYTES} bytes`);
      return { kind: 'value', at, value: text };
    }
    if (!trimmed.endsWith('}')) {
      this.problem(at, 'an expression must end with }: the whole value is one ${...}, joined with + inside');
      return { kind: 'value', at, value: text };
    }
    const inner = trimmed.slice(2, -1);
    // A quoted or folded scalar may differ from its source; then the problem points to where it starts.
    const [start, end] = node.range ?? [0, 0];
    const offset = this.#text.slice(start, end).indexOf(inner);
    const expression = this.#parse(inner, at, offset < 0 ? undefined : start + offset);
    return expression === undefined ? { kind: 'value', at, value: null } : { kind: 'expression', at, expression };
  }

  #parse(text: string, at: Position, start: number | undefined): Expression | undefined {
    if (text.length > MAX_EXPRESSION_LENGTH) {
      this.problem(at, `the expression has ${text.length} characters, more than the ${MAX_EXPRESSION_LENGTH} allowed`);
      return undefined;
    }
    try {
      return parseExpression(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const where = start === undefined ? at : start === 0 ? at : this.#position(start + error.at);
      this.problem(where, `in expression "${text}": ${error.message}`);
      return undefined;
    }
  }

  #entry(pair: Pair<Node, Node | null>): Entry[] {
    const at = this.at(pair.key);
    const key = this.#resolve(pair.key);
    if (!isScalar(key)) {
      this.problem(at, 'a key must be a string');
      return [];
    }
    const value = pair.value ?? this.#document.createNode(null);
    value.range ??= pair.key.range ?? null;
    return [{ key: String(key.value), at, value }];
  }

  #resolve(node: Node): Node | undefined {
    if (!isAlias(node)) return node;
    if (++this.#aliases > MAX_ALIASES) {
      this.problem(this.at(node), `more than ${MAX_ALIASES} aliases to follow`);
      this.done();
    }
    return node.resolve(this.#document);
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}
