/** Whether a text is XML as far as tags go: each is closed by its own, attributes are quoted, and nothing is left of markup in text. */
import { expect } from 'vitest';

const TAG = /<(\/)?([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/)?>/g;

export function assertWellFormed(xml: string): void {
  const open: string[] = [];
  let end = 0;
  for (const match of xml.matchAll(TAG)) {
    expect(xml.slice(end, match.index)).not.toMatch(/[<]|&(?!(?:amp|lt|gt|quot);)/);
    end = match.index + match[0].length;
    const [, closes, name = '', , isEmpty] = match;
    if (closes !== undefined) expect(open.pop()).toBe(name);
    else if (isEmpty === undefined) open.push(name);
  }
  expect(open).toEqual([]);
  expect(xml.slice(end).trim()).toBe('');
  expect(xml).not.toMatch(/NaN|Infinity|undefined/);
}
