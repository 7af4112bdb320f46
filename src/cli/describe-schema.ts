/** What `--json` prints, for usage texts: the members of an answer, read from the schema that it is made to. */
import type { z } from 'zod';

type Schema = z.core.$ZodType;

/** Usage texts are about so wide. */
const WIDTH = 136;

/** Of more words than these only the first are listed: what they are is said elsewhere. */
const MAX_WORDS = 6;
const FIRST_WORDS = 3;

/** A paragraph, `  --json   {"runs": […]}`, that goes on under where its braces begin. `after` says what no schema can. */
export function jsonUsage(flag: string, answer: Schema, after = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const part of `${describeSchema(answer)}${after}`.split(/(?<=[,;]) /)) {
    const longer = line === '' ? part : `${line} ${part}`;
    if (line === '' || flag.length + longer.length <= WIDTH) line = longer;
    else {
      lines.push(line);
      line = part;
    }
  }
  return flag + [...lines, line].join(`\n${' '.repeat(flag.length)}`);
}

/**
 * `{"id", "state": RUNNING or COMPLETED, "tasks": [{"taskId"}]}`; empty for a text, a number and the like. What is described (`.describe()`)
 * is not listed again: its description stands there, but for that of the schema itself.
 */
export function describeSchema(schema: Schema): string {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return `{${Object.entries(def.shape).map(describeMember).join(', ')}}`;
    case 'array': {
      const item = describeInner(def.element);
      return item === '' ? '' : `[${item}]`;
    }
    case 'optional':
    case 'readonly':
      return describeInner(def.innerType);
    case 'nullable':
      return `${describeInner(def.innerType)} or null`;
    case 'union': {
      const options = def.options.map(describeInner);
      return options.includes('') ? '' : options.join(' or ');
    }
    case 'enum':
      return either(Object.values(def.entries));
    case 'literal':
      return either(def.values);
    default:
      return '';
  }
}

const describeInner = (schema: Schema): string => (schema as z.ZodType).description ?? describeSchema(schema);

function describeMember([name, schema]: readonly [name: string, schema: Schema]): string {
  const text = describeInner(schema);
  return `"${name}"${text === '' || text.startsWith(' ') ? '' : ': '}${text}`;
}

function either(words: readonly unknown[]): string {
  if (words.length > MAX_WORDS) return [...words.slice(0, FIRST_WORDS), '…'].join(', ');
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter((part) => part !== '').join(' or ');
}
