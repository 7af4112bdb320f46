/** One module as the parser sees it: what it imports, exports, declares and does on its own. */
import { parseSync } from 'oxc-parser';
import { UserError } from '../errors.ts';
import { boundNames } from './scope.ts';
import { isNode, isTypeOnly, nameOf, nodesIn, type SyntaxNode } from './syntax-node.ts';

/** A name in another module; `*` is the whole namespace. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
}

/** A top-level declaration; one that destructures declares several names. */
export interface Declaration {
  /** Its first name: unique in the module. */
  readonly id: string;
  readonly node: SyntaxNode;
  readonly line: number;
}

export interface SourceModule {
  /** Absolute. */
  readonly path: string;
  /** Local name to what it stands for; type-only imports are left out. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported name to the local one; `default` for an anonymous default export. */
  readonly exports: ReadonlyMap<string, string>;
  readonly reexports: ReadonlyMap<string, ImportedName>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Statements that run when the module is loaded and declare nothing, in order. */
  readonly effects: readonly SyntaxNode[];
  /** Specifiers of imports for what the module does alone: `import './x.ts'`. */
  readonly bareImports: readonly string[];
  /** Specifiers of all static imports and re-exports of values, in order: what is loaded before this module runs. */
  readonly requests: readonly string[];
  /** From an offset in the text, in UTF-16 units; lines count from 1. */
  readonly lineAt: (offset: number) => number;
}

/** @throws {UserError} BAD_DEFINITION naming file, line and the parser's complaint. */
export function parseModule(path: string, source: string, shownPath = path): SourceModule {
  const parsed = parseSync(path, source, { preserveParens: false });
  const lineAt = lineFinder(source);
  const [problem] = parsed.errors;
  if (problem !== undefined) {
    throw new UserError('BAD_DEFINITION', `${shownPath}:${lineAt(problem.labels[0]?.start ?? 0)}: ${problem.message}.`);
  }
  const module = new ModuleBuilder(path, lineAt);
  for (const statement of parsed.program.body as unknown as SyntaxNode[]) module.take(statement);
  return module;
}

/** Sorts a module's statements into the tables of a `SourceModule`. */
class ModuleBuilder implements SourceModule {
  readonly path: string;
  readonly imports = new Map<string, ImportedName>();
  readonly exports = new Map<string, string>();
  readonly reexports = new Map<string, ImportedName>();
  readonly stars: string[] = [];
  readonly declarations = new Map<string, Declaration>();
  readonly effects: SyntaxNode[] = [];
  readonly bareImports: string[] = [];
  readonly requests: string[] = [];
  readonly lineAt: (offset: number) => number;

  constructor(path: string, lineAt: (offset: number) => number) {
    this.path = path;
    this.lineAt = lineAt;
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
        if (this.#declare(statement).length === 0) this.effects.push(statement);
    }
  }

  #takeImport(statement: SyntaxNode): void {
    const specifier = nameOf(statement['source']) ?? '';
    const values = nodesIn(statement['specifiers']).filter((each) => each['importKind'] !== 'type');
    this.#request(specifier, values);
    for (const each of values) {
      const local = nameOf(each['local']) ?? '';
      this.imports.set(local, { specifier, imported: importedNameOf(each) });
    }
  }

  /** `import { type A } from './x.ts'` still loads the module when Node has stripped the type; `import type` does not. */
  #request(specifier: string, values: readonly SyntaxNode[]): void {
    this.requests.push(specifier);
    if (values.length === 0) this.bareImports.push(specifier);
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
    const values = nodesIn(statement['specifiers']).filter((each) => each['exportKind'] !== 'type');
    if (specifier !== undefined) this.#request(specifier, values);
    for (const each of values) {
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
    this.exports.set('default', local);
    if (local === 'default') this.#add(['default'], value);
  }

  /** The names that a declaration declares; none for any other statement. */
  #declare(declaration: SyntaxNode): string[] {
    if (isTypeOnly(declaration)) return [];
    if (declaration.type === 'VariableDeclaration') {
      return nodesIn(declaration['declarations']).flatMap((declarator) => {
        const names = boundNames(declarator['id']);
        this.#add(names, declarator);
        return names;
      });
    }
    const name = declaration.type.endsWith('Declaration') ? nameOf(declaration['id']) : undefined;
    if (name === undefined) return [];
    this.#add([name], declaration);
    return [name];
  }

  #add(names: readonly string[], node: SyntaxNode): void {
    const [id] = names;
    if (id === undefined) return;
    const declaration: Declaration = { id, node, line: this.lineAt(node.start) };
    for (const name of names) this.declarations.set(name, declaration);
  }
}

function importedNameOf(specifier: SyntaxNode): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : (nameOf(specifier['imported']) ?? '');
}

function lineFinder(source: string): (offset: number) => number {
  return (offset) => {
    let line = 1;
    for (let at = source.indexOf('\n'); at !== -1 && at < offset; at = source.indexOf('\n', at + 1)) line++;
    return line;
  };
}
