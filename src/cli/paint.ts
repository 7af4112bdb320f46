/** Colours by what they mean. They are always put in: the output takes them off again where nobody sees colours. */
import { styleText } from 'node:util';
import { WriteStream } from 'node:tty';
import type { Stream } from './output.ts';

type Style = Parameters<typeof styleText>[0];

const painter =
  (style: Style) =>
  (text: string): string =>
    text === '' ? '' : styleText(style, text, { validateStream: false });

export const paint = {
  good: painter('green'),
  bad: painter(['bold', 'red']),
  /** Something that a person should look at. */
  warn: painter('yellow'),
  /** What is about to be done. */
  coming: painter('cyan'),
  /** What nobody needs to read. */
  quiet: painter('dim'),
  strong: painter('bold'),
} as const;

export type Paint = (typeof paint)[keyof typeof paint];

/** As Node decides it for its own tools: FORCE_COLOR before NO_COLOR, and both before what the terminal says of itself. */
export function takesColor(stream: Stream, env: Readonly<Record<string, string | undefined>>): boolean {
  const isForced = env['FORCE_COLOR'] !== undefined;
  if (!isForced && stream.isTTY !== true) return false;
  // An empty NO_COLOR is none (no-color.org), and to Node it is one.
  const { NO_COLOR: no, ...others } = env;
  return WriteStream.prototype.getColorDepth(no === '' ? others : env) > 1;
}
