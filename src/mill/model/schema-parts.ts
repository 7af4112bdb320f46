/** The schemas that a schema is made of. */
import { z } from 'zod';

/** Right below it: members of objects, elements, options. What only a function tells is not among them. */
export const schemaParts = (schema: z.core.$ZodType): z.core.$ZodType[] =>
  Object.values(schema._zod.def)
    .flatMap((part: unknown) => (isPlain(part) ? Object.values(part) : part))
    .filter((part) => part instanceof z.core.$ZodType);

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
