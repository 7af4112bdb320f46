/** `reconcile` (HTTP, and by Cloud Scheduler): carries out what a crash left undone; asked for a day, also says what it leaves undone. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { maintainMeter } from '../src/http/maintenance.ts';
import { ports } from '../src/http/process.ts';
import { Day } from '../src/values/date.ts';
import { dayReport } from '../src/mill/steps/mend/day-report.ts';
import { reconcile } from '../src/mill/steps/mend/reconcile.ts';
import { DocumentId } from '../src/values/document-id.ts';
import { assertTarget, gridStart } from '../src/mill/steps/dispatch/target.ts';

const Body = z.looseObject({ date: Day.nullish(), from: Day.nullish(), dispatchId: DocumentId.nullish() });

http(
  'reconcile',
  jsonFunction(
    Body,
    () => ports().log,
    async ({ date, from, dispatchId }) => {
      if (date != null) assertTarget(date, ports().clock.now());
      const report = await reconcile(ports());
      if (date == null) {
        const collected = await maintainMeter();
        return collected === undefined ? report : { ...report, collected };
      }
      if (dispatchId == null) return report;
      const first = gridStart(from ?? undefined, ports().from, date);
      return { ...report, day: await dayReport({ date, from: first, dispatchId }, ports()) };
    },
  ),
);
