/** Every kind by its name: a new one is a file more, and a line here. */
import type { KindName } from '../resource.ts';
import { account } from './account.ts';
import { alert } from './alert.ts';
import { api } from './api.ts';
import { bucket } from './bucket.ts';
import { budget } from './budget.ts';
import { channel } from './channel.ts';
import { compositeIndex } from './composite-index.ts';
import { database } from './database.ts';
import { field } from './field.ts';
import { image } from './image.ts';
import { job } from './job.ts';
import type { Kind } from './kind.ts';
import { policy } from './policy.ts';
import { repository } from './repository.ts';
import { rules } from './rules.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { subscription } from './subscription.ts';
import { topic } from './topic.ts';
import { workflow } from './workflow.ts';

export const KINDS: Readonly<Record<KindName, Kind>> = {
  account,
  alert,
  api,
  bucket,
  budget,
  channel,
  database,
  field,
  image,
  index: compositeIndex,
  job,
  policy,
  repository,
  rules,
  secret,
  service,
  subscription,
  topic,
  workflow,
};
