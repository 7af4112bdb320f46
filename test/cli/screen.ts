/** Streams that remember what was written to them: a terminal of some width, or a pipe. */
import { openOutput } from '../../src/cli/output.ts';

export interface Screen {
  readonly parts: string[];
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  write(text: string): unknown;
}

export function screen(isTTY: boolean, columns?: number): Screen {
  const parts: string[] = [];
  return { parts, isTTY, columns, write: (text: string) => parts.push(text) };
}

/** Of a terminal without colours, or with `columns` undefined a pipe: its lines, as `print` writes them. */
export function linesOn(
  columns: number | undefined,
  print: (output: ReturnType<typeof openOutput>) => void,
  env: Readonly<Record<string, string>> = { NO_COLOR: '1' },
): string[] {
  const stdout = screen(columns !== undefined, columns);
  print(openOutput(stdout, stdout, false, { env }));
  return stdout.parts.join('').trimEnd().split('\n');
}
