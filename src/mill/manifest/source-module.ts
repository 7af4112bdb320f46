/** One module as the parser sees it: what it imports, exports, and evaluates, unit by unit. */
import { parseSync, type ParseResult } from 'oxc-parser';
import { UserError } from '../../errors.ts';
import { boundNames, hoistedNames } from './scope.ts';
import { isNode, isTypeOnly, nameOf, nodesBelow, nodesIn, type SyntaxNode } from './syntax-node.ts';

/** A name in another module; `*` is the whole namespace. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
}

/** What is evaluated as a whole: a declarator, a function, a class, a default export, or a statement that declares nothing. */
export interface Unit {
  /** Its first name: unique in the module; `effect 0` for a statement. */
  readonly id: string;
  /** Those that the rest of the module knows it by; of a statement, the `var`s in it. */
  readonly names: readonly string[];
  /** `module`: all of a CommonJS module. */
  readonly kind: 'const' | 'let' | 'var' | 'function' | 'class' | 'default' | 'statement' | 'module';
  readonly node: SyntaxNode;
  readonly line: number;
}

export interface SourceModule {
  /** Absolute. */
  readonly path: string;
  readonly format: 'module' | 'commonjs';
  /** Local name to what it stands for; type-only imports are left out. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported name to the local one; `default` for an anonymous default export. */
  readonly exports: ReadonlyMap<string, string>;
  readonly reexports: ReadonlyMap<string, ImportedName>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  /** In the order in which they are evaluated. */
  readonly units: readonly Unit[];
  /** By each of their names; statements have none. */
  readonly declarations: ReadonlyMap<string, Unit>;
  /** Specifiers of all static imports and re-exports of values, in order, or of `require` calls: what is loaded before or while it runs. */
  readonly requests: readonly string[];
  /** Names that are assigned to after their declaration, anywhere in the module, and the units that do so. */
  readonly assignments: ReadonlyMap<string, readonly Unit[]>;
  /** Local names of what `createRequire(import.meta.url)` gave. */
  readonly requirers: ReadonlySet<string>;
  /** From an offset in the text, in UTF-16 units; lines count from 1. */
  readonly lineAt: (offset: number) => number;
}

/** @throws {UserError} BAD_DEFINITION naming file, line and the parser's complaint. */
export function parseModule(
  path: string,
  source: string,
  shownPath = path,
  format: 'module' | 'commonjs' | 'detect' = 'module',
): SourceModule {
  const parsed = parseAs(path, source, format);
  const lineAt = lineFinder(source);
  const [problem] = parsed.errors;
  if (problem !== undefined) {
    throw new UserError('BAD_DEFINITION', `${shownPath}:${lineAt(problem.labels[0]?.start ?? 0)}: ${problem.message}.`);
  }
  const isModule = format === 'module' || (format === 'detect' && parsed.module.hasModuleSyntax);
  const program = parsed.program as unknown as SyntaxNode;
  const module = new ModuleBuilder(path, isModule ? 'module' : 'commonjs', lineAt);
  if (isModule) for (const statement of nodesIn(program['body'])) module.take(statement);
  else module.takeWhole(program);
  module.findAssignments();
  module.fixDefault();
  return module;
}

/** What says neither `import` nor `export` may still await at its top, which only a module can. */
function parseAs(path: string, source: string, format: 'module' | 'commonjs' | 'detect'): ParseResult {
  const options = { preserveParens: false } as const;
  if (format === 'module') return parseSync(path, source, { ...options, sourceType: 'module' });
  if (format === 'commonjs') return parseSync(path, source, { ...options, sourceType: 'commonjs' });
  const parsed = parseSync(path, source, { ...options, sourceType: 'module' });
  return parsed.module.hasModuleSyntax ? parsed : parseSync(path, source, { ...options, sourceType: 'commonjs' });
}

/** Sorts a module's statements into the tables of a `SourceModule`. */
class ModuleBuilder implements SourceModule {
  readonly path: string;
  readonly format: 'module' | 'commonjs';
  readonly imports = new Map<string, ImportedName>();
  readonly exports = new Map<string, string>();
  readonly reexports = new Map<string, ImportedName>();
  readonly stars: string[] = [];
  readonly units: Unit[] = [];
  readonly declarations = new Map<string, Unit>();
  readonly requests: string[] = [];
  readonly assignments = new Map<string, Unit[]>();
  readonly requirers = new Set<string>();
  readonly lineAt: (offset: number) => number;
  #statements = 0;
  #defaultName: { readonly node: SyntaxNode; readonly at: number } | undefined;

  constructor(path: string, format: 'module' | 'commonjs', lineAt: (offset: number) => number) {
    this.path = path;
    this.format = format;
    this.lineAt = lineAt;
  }

  takeWhole(program: SyntaxNode): void {
    this.requirers.add('require');
    this.#add('module', ['module'], program);
    for (const node of nodesBelow(program)) {
      const [specifier] =
        node.type === 'CallExpression' && nameOf(node['callee']) === 'require' ? nodesIn(node['arguments']) : [];
      const name = specifier?.type === 'Literal' ? nameOf(specifier) : undefined;
      if (name !== undefined) this.requests.push(name);
    }
  }

  take(statement: SyntaxNode): void {
    if (isTypeOnly(statement) || statement['importKind'] === 'type' || statement['exportKind'] === 'type') return;
    switch (statement.type) {
      case 'ImportDeclaration':
        return this.#takeImport(statement);
      case 'ExportAllDeclaration':
        return this.#takeExportAll(statement);
      case 'ExportNamedDeclaration':
        return this.#takeExportNamed(statement);
      case 'ExportDefaultDeclaration':
        return this.#takeExportDefault(statement);
      case 'EmptyStatement':
        return;
      default:
        if (typeof statement['directive'] === 'string') return;
        if (this.#declare(statement).length === 0) this.#addStatement(statement);
    }
  }

  /** Whatever is named on the left of an assignment; a local variable of the same name is taken for it, which only costs precision. */
  findAssignments(): void {
    for (const unit of this.units) {
      for (const node of nodesBelow(unit.node)) {
        const targets =
          node.type === 'AssignmentExpression' || node.type === 'ForInStatement' || node.type === 'ForOfStatement'
            ? boundNames(node['left'])
            : node.type === 'UpdateExpression'
              ? boundNames(node['argument'])
              : [];
        for (const name of targets) {
          if (!this.declarations.has(name)) continue;
          const known = this.assignments.get(name) ?? [];
          if (!known.includes(unit)) this.assignments.set(name, [...known, unit]);
        }
      }
    }
  }

  /** `export default x` is not x but what x is then, which matters when x is another later. */
  fixDefault(): void {
    if (this.#defaultName === undefined) return;
    const { node, at } = this.#defaultName;
    const name = nameOf(node) ?? '';
    if (!this.assignments.has(name) && this.declarations.get(name)?.kind !== 'var') return;
    const unit: Unit = { id: 'default', names: ['default'], kind: 'default', node, line: this.lineAt(node.start) };
    this.units.splice(at, 0, unit);
    this.declarations.set('default', unit);
    this.exports.set('default', 'default');
  }

  #takeImport(statement: SyntaxNode): void {
    const specifier = nameOf(statement['source']) ?? '';
    this.requests.push(specifier);
    for (const each of nodesIn(statement['specifiers'])) {
      if (each['importKind'] === 'type') continue;
      this.imports.set(nameOf(each['local']) ?? '', { specifier, imported: importedNameOf(each) });
    }
  }

  #takeExportAll(statement: SyntaxNode): void {
    const specifier = nameOf(statement['source']) ?? '';
    const exported = nameOf(statement['exported']);
    this.requests.push(specifier);
    if (exported === undefined) this.stars.push(specifier);
    else this.reexports.set(exported, { specifier, imported: '*' });
  }

  #takeExportNamed(statement: SyntaxNode): void {
    if (isNode(statement['declaration'])) {
      for (const name of this.#declare(statement['declaration'])) this.exports.set(name, name);
    }
    const specifier = nameOf(statement['source']);
    if (specifier !== undefined) this.requests.push(specifier);
    for (const each of nodesIn(statement['specifiers'])) {
      if (each['exportKind'] === 'type') continue;
      const [local, exported] = [nameOf(each['local']) ?? '', nameOf(each['exported']) ?? ''];
      if (specifier === undefined) this.exports.set(exported, local);
      else this.reexports.set(exported, { specifier, imported: local });
    }
  }

  #takeExportDefault(statement: SyntaxNode): void {
    const value = statement['declaration'];
    if (!isNode(value) || isTypeOnly(value)) return;
    const [declared] = value.type.endsWith('Declaration') ? this.#declare(value) : [];
    const local = declared ?? (value.type === 'Identifier' ? nameOf(value) : undefined) ?? 'default';
    if (value.type === 'Identifier') this.#defaultName = { node: value, at: this.units.length };
    this.exports.set('default', local);
    if (local === 'default') this.#add('default', ['default'], value);
  }

  /** The names that a declaration declares; none for any other statement. */
  #declare(declaration: SyntaxNode): string[] {
    if (isTypeOnly(declaration)) return [];
    if (declaration.type === 'VariableDeclaration') return this.#declareVariables(declaration);
    const name = declaration.type.endsWith('Declaration') ? nameOf(declaration['id']) : undefined;
    if (name === undefined) return [];
    this.#add(declaration.type === 'ClassDeclaration' ? 'class' : 'function', [name], declaration);
    return [name];
  }

  #declareVariables(declaration: SyntaxNode): string[] {
    const kind = declaration['kind'] === 'let' || declaration['kind'] === 'var' ? declaration['kind'] : 'const';
    return nodesIn(declaration['declarations']).flatMap((declarator) => {
      const names = boundNames(declarator['id']);
      if (names.length === 0) this.#addStatement(declarator);
      else this.#add(kind, names, declarator);
      if (isNode(declarator['init']) && isRequirerCall(declarator['init'], this))
        for (const name of names) this.requirers.add(name);
      return names;
    });
  }

  #addStatement(node: SyntaxNode): void {
    const [id, names] = [`effect ${this.#statements++}`, hoistedNames(node)];
    const unit: Unit = { id, names, kind: 'statement', node, line: this.lineAt(node.start) };
    this.units.push(unit);
    for (const name of names) if (!this.declarations.has(name)) this.declarations.set(name, unit);
  }

  #add(kind: Unit['kind'], names: readonly string[], node: SyntaxNode): void {
    const [id = ''] = names;
    const unit: Unit = { id, names, kind, node, line: this.lineAt(node.start) };
    this.units.push(unit);
    for (const name of names) this.declarations.set(name, unit);
  }
}

/** `createRequire(import.meta.url)` */
export function isRequirerCall(node: SyntaxNode, { imports }: Pick<SourceModule, 'imports'>): boolean {
  if (node.type !== 'CallExpression') return false;
  const { specifier, imported } = imports.get(nameOf(node['callee']) ?? '') ?? {};
  const [base] = nodesIn(node['arguments']);
  const isOwnPlace =
    base?.type === 'MemberExpression' && isNode(base['object']) && base['object'].type === 'MetaProperty';
  return imported === 'createRequire' && (specifier === 'module' || specifier === 'node:module') && isOwnPlace;
}

function importedNameOf(specifier: SyntaxNode): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : (nameOf(specifier['imported']) ?? '');
}

export function lineFinder(source: string): (offset: number) => number {
  return (offset) => {
    let line = 1;
    for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line++;
    return line;
  };
}
