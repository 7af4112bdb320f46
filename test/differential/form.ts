/** A form: one way to write a module, with the places at which it may be edited. */

/**
 * All text is what an author would write (TypeScript, JSON, CommonJS), with two kinds of marks:
 *
 * - `§` is the form's number in its graph, so that a form can stand in a graph twice and globals never meet.
 * - `⟦a¦b⟧` is a *place*: it is written as one of its alternatives, and an edit takes another. `⟦~a¦b⟧` is harmless: the code does the
 *   same whichever is taken. All places of a form that begin with `#x ` are one: they take the same turn.
 */
export interface Form {
  /** Unique among the forms. */
  readonly name: string;
  /**
   * Modules and data beside the module that holds the form, by path from the project's folder; `-> ` begins a symbolic link. Folders are
   * one level deep, so that `../lib/x.ts` is right from everywhere. What several forms say of package.json is put together.
   */
  readonly files?: Files;
  readonly imports?: string;
  /** Top-level statements of the module that holds the form. */
  readonly top?: string;
  /** An expression over `d`, the day's document: see `DAYS` of observe.ts. */
  readonly result: string;
  /** No analysis can know what it does (it reads a file, or a function's text): it may be untrusted, and harmless edits may run. */
  readonly opaque?: true;
  /** Loading its modules has no effect that others could see, so that its imports may stand in any order. */
  readonly quiet?: true;
}

/** Texts by path from the project's folder. */
export type Files = Readonly<Record<string, string>>;

export interface Place {
  readonly id: string;
  readonly turns: number;
  readonly harmless: boolean;
}

/** Which alternative each place takes; the first where nothing is said. */
export type Turns = ReadonlyMap<string, number>;

const PLACE = /⟦(~?)(?:#(\w+) )?([^⟧]*)⟧/g;

/** The form's places, each once. */
export function placesOf(form: Form): Place[] {
  const places = new Map<string, Place>();
  for (const [path, text] of textsOf(form)) {
    for (const [index, [, tilde, name, alternatives = '']] of [...text.matchAll(PLACE)].entries()) {
      const id = name ?? `${path} ${index}`;
      places.set(id, { id, turns: alternatives.split('¦').length, harmless: tilde === '~' });
    }
  }
  return [...places.values()];
}

/** The form without marks. */
export function writtenForm(form: Form, number: number, turns: Turns): Form & { readonly files: Files } {
  const write = (path: string, text: string): string => {
    let index = 0;
    return text
      .replaceAll(PLACE, (_, _tilde, name: string | undefined, alternatives: string) => {
        const turn = turns.get(name ?? `${path} ${index}`) ?? 0;
        index++;
        return alternatives.split('¦')[turn] ?? '';
      })
      .replaceAll('§', String(number));
  };
  const texts = Object.fromEntries(textsOf(form).map(([path, text]) => [path, write(path, text)]));
  const paths = Object.keys(form.files ?? {});
  return {
    ...form,
    files: Object.fromEntries(paths.map((path) => [path.replaceAll('§', String(number)), texts[path] ?? ''])),
    imports: texts['imports'] ?? '',
    top: texts['top'] ?? '',
    result: texts['result'] ?? '',
  };
}

function textsOf({ files = {}, imports = '', top = '', result }: Form): [string, string][] {
  return [...Object.entries(files), ['imports', imports], ['top', top], ['result', result]];
}
