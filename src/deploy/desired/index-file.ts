/** `firestore.indexes.json`, as the Firebase command line reads it: https://firebase.google.com/docs/reference/firestore/indexes */
import { z } from 'zod';

const QueryScope = z.enum(['COLLECTION', 'COLLECTION_GROUP']).default('COLLECTION');
const Order = z.enum(['ASCENDING', 'DESCENDING']);
const ArrayConfig = z.literal('CONTAINS');

export const IndexFile = z.object({
  indexes: z
    .array(
      z.object({
        collectionGroup: z.string(),
        queryScope: QueryScope,
        fields: z.array(
          z.object({ fieldPath: z.string(), order: Order.optional(), arrayConfig: ArrayConfig.optional() }),
        ),
      }),
    )
    .default([]),
  fieldOverrides: z
    .array(
      z.object({
        collectionGroup: z.string(),
        fieldPath: z.string(),
        ttl: z.boolean().default(false),
        /** None: the field is exempt. */
        indexes: z.array(
          z.object({ queryScope: QueryScope, order: Order.optional(), arrayConfig: ArrayConfig.optional() }),
        ),
      }),
    )
    .default([]),
});
export type IndexFile = z.output<typeof IndexFile>;
