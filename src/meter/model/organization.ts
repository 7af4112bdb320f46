/** Whose everything is. It comes from a verified token, and is the first part of every path, id, cursor and cache key. */
import { z } from 'zod';

/** As Mimir's tenants: up to 150 of these characters. https://grafana.com/docs/mimir/latest/configure/about-tenant-ids/ */
const ORGANIZATION = /^[0-9A-Za-z!\-_.*'()]{1,150}$/;

export const Organization = z
  .string()
  .refine(
    (text) => ORGANIZATION.test(text) && text !== '.' && text !== '..' && !/^__.*__$/.test(text),
    'is no organization: 1 to 150 letters, digits and !-_.*\'(), not ".", ".." or between double underscores',
  );
export type Organization = z.infer<typeof Organization>;
