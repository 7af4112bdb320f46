/** `reconcile` (HTTP, and by Cloud Scheduler): carries out what a crash left undone. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { reconcile } from '../src/steps/reconcile.ts';

http(
  'reconcile',
  jsonFunction(
    z.looseObject({}),
    () => ports().log,
    () => reconcile(ports()),
  ),
);
