/** What can name a document in Firestore: https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
import { z } from 'zod';

const MOST_BYTES = 1_500;

const canName = (text: string): boolean =>
  text.length > 0 &&
  text.length <= MOST_BYTES &&
  Buffer.byteLength(text) <= MOST_BYTES &&
  !text.includes('/') &&
  text !== '.' &&
  text !== '..' &&
  !/^__.*__$/s.test(text);

/** Of what somebody else sends: it is looked up by this, and refused before that. */
export const DocumentId = z
  .string()
  .refine(canName, `is no id: 1 to ${MOST_BYTES} bytes without a slash, not "." or ".."`);
