/** The project's own TypeScript on the project's own tsconfig.json; what it says, by file and line. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { Problem } from '../mill/manifest/check-source.ts';

const TypeScript = z.object({ bin: z.object({ tsc: z.string() }) });

/** A thousand errors, told well. */
const MAX_OUTPUT_BYTES = 16_000_000;

export type TypeCheck = { readonly problems: readonly Problem[] } | { readonly skipped: string };

/** @throws {UserError} BAD_ARGUMENT when TypeScript ends without saying where something is wrong */
export async function checkTypes(root: string): Promise<TypeCheck> {
  if (!existsSync(join(root, 'tsconfig.json'))) return { skipped: 'there is no tsconfig.json' };
  const tsc = compilerOf(root);
  if (tsc === undefined) return { skipped: 'typescript is not installed here' };
  const printed = await run(tsc, ['--noEmit', '--pretty', 'false', '-p', root], root);
  const problems = problemsIn(printed.text);
  if (printed.failed && problems.length === 0)
    throw new UserError('BAD_ARGUMENT', `TypeScript did not get through: ${printed.text.trim()}`);
  return { problems };
}

function compilerOf(root: string): string | undefined {
  try {
    const file = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
    return join(dirname(file), TypeScript.parse(JSON.parse(readFileSync(file, 'utf8'))).bin.tsc);
  } catch {
    return undefined;
  }
}

function run(tsc: string, args: readonly string[], cwd: string): Promise<{ failed: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, ...args], { cwd, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, text: stdout || stderr }),
    );
  });
}

/** `file(line,column): error TS2322: message`, and lines that belong to it, indented. */
export function problemsIn(printed: string): Problem[] {
  const problems: Problem[] = [];
  for (const line of printed.split('\n')) {
    const [, file = '', at = '1', message = ''] = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line) ?? [];
    const last = problems.at(-1);
    if (message !== '') problems.push({ file, line: Number(at), message });
    else if (last !== undefined && /^\s+\S/.test(line))
      problems[problems.length - 1] = { ...last, message: `${last.message} ${line.trim()}` };
  }
  return problems;
}
