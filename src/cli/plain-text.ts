/** What may reach a screen or a pipe: text, and colours where they are seen. Authors' texts and data may hold anything. */

const ESC = String.raw`\u001B`;

/** Codes of terminals (ECMA-48): colours, titles and links, all others; then what is left of control characters, but for tabs and the ends of lines. */
const CONTROLS = new RegExp(
  [
    String.raw`(${ESC}\[[\d;]*m)`,
    String.raw`${ESC}\][^\u0007\u001B]*(?:\u0007|${ESC}\\)?`,
    String.raw`(?:${ESC}\[?|\u009B)[\d;?<=>!]*[ -/]*[@-~]`,
    String.raw`[\u0000-\u0008\u000B-\u001F\u007F-\u009F]`,
  ].join('|'),
  'g',
);

/** Ends a colour, or a weight. */
const ENDS = /\[(?:0|22|39|49)?m$/;

/** Without what a terminal would take for a command. With `colors`, colours stay, and end with the text. */
export function plainText(text: string, colors: boolean): string {
  let last: string | undefined;
  const plain = text.replaceAll(CONTROLS, (_, color: string | undefined) => {
    if (color !== undefined) last = color;
    return colors && color !== undefined ? color : '';
  });
  return colors && last !== undefined && !ENDS.test(last) ? `${plain}\u001B[0m` : plain;
}
