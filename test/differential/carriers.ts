/** Ways in which the code of a form comes to the computation that uses it. */
import type { Files, Form } from './form.ts';

interface Carried {
  readonly files: Files;
  readonly imports: string;
  readonly top: string;
  readonly result: string;
}

export type Carrier = (form: Form, number: number) => Carried;

const inModule =
  (
    exported: (form: Form, n: number) => string,
    use: (n: number) => Omit<Carried, 'files'> & { files?: Files },
  ): Carrier =>
  (form, n) => {
    const { files = {}, imports, top, result } = use(n);
    const text = [form.imports, form.top, exported(form, n)].filter(Boolean).join('\n');
    const called = /\bawait\b/.test(form.result) ? `await ${result}` : result;
    return { files: { [`lib/part${n}.ts`]: `${text}\n`, ...files }, imports, top, result: called };
  };

const functionOf = ({ result }: Form): string =>
  `${/\bawait\b/.test(result) ? 'async ' : ''}(d: any): ${/\bawait\b/.test(result) ? 'Promise<any>' : 'any'} => ${result}`;
const named = (form: Form, n: number): string => `export const part${n} = ${functionOf(form)};`;
const from = (n: number): string => `import { part${n} } from '../lib/part${n}.ts';`;

export const CARRIERS: readonly Carrier[] = [
  ({ imports = '', top = '', result }) => ({ files: {}, imports, top, result }),
  inModule(named, (n) => ({ imports: from(n), top: '', result: `part${n}(d)` })),
  inModule(named, (n) => ({
    files: { [`lib/index${n}.ts`]: `export * from './part${n}.ts';\n` },
    imports: `import { part${n} } from '../lib/index${n}.ts';`,
    top: '',
    result: `part${n}(d)`,
  })),
  inModule(named, (n) => ({
    files: { [`lib/again${n}.ts`]: `import { part${n} } from './part${n}.ts';\nexport { part${n} as piece${n} };\n` },
    imports: `import { piece${n} } from '../lib/again${n}.ts';`,
    top: '',
    result: `piece${n}(d)`,
  })),
  inModule(named, (n) => ({
    imports: `import * as all${n} from '../lib/part${n}.ts';`,
    top: '',
    result: `all${n}.part${n}(d)`,
  })),
  inModule(
    (form) => `export default ${functionOf(form)};`,
    (n) => ({ imports: `import chosen${n} from '../lib/part${n}.ts';`, top: '', result: `chosen${n}(d)` }),
  ),
  inModule(
    (form, n) =>
      `const part${n} = ${functionOf(form)};\nexport const aside${n} = (d: any) => d.v;\nexport { part${n} };`,
    (n) => ({ imports: from(n), top: `const held${n} = { run: part${n} };`, result: `held${n}.run(d)` }),
  ),
  inModule(
    (form, n) => `export class Part${n} {\n  static readonly run = ${functionOf(form)};\n}`,
    (n) => ({ imports: `import { Part${n} } from '../lib/part${n}.ts';`, top: '', result: `Part${n}.run(d)` }),
  ),
  inModule(named, (n) => ({
    imports: '',
    top: `const load${n} = async (d: any) => (await import('../lib/part${n}.ts')).part${n}(d);`,
    result: `await load${n}(d)`,
  })),
];
