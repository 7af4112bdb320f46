/** `index` (HTTP): writes down which root data is there. Named for what it does, so that it is not taken for the package's entry. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { Day } from '../src/values/date.ts';
import { assertTarget } from '../src/mill/steps/dispatch/target.ts';
import { indexRootData } from '../src/mill/steps/load/index-root-data.ts';

http(
  'index',
  jsonFunction(
    z.looseObject({ date: Day.nullish() }),
    () => ports().log,
    ({ date }) => {
      if (date != null) assertTarget(date, ports().clock.now());
      return indexRootData(ports(), date ?? undefined);
    },
  ),
);
