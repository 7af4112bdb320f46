/** `index`: writes down which root data is there. */
import { z } from 'zod';
import { Day } from '../values/date.ts';
import { assertTarget } from '../mill/steps/dispatch/target.ts';
import { indexRootData } from '../mill/steps/load/index-root-data.ts';
import { stepFunction } from './step-function.ts';

export const INDEX = stepFunction(z.looseObject({ date: Day.nullish() }), ({ date }, ports) => {
  if (date != null) assertTarget(date, ports.clock.now());
  return indexRootData(ports, date ?? undefined);
});
