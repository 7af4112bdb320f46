/** The public names for people who write computations. */
export { defineConfig } from './config/define-config.ts';
export type { ProjectConfig } from './config/define-config.ts';
export { collected } from './collected.ts';
export type { CollectedEntity, CollectedOptions, CollectedSamplesOptions, CollectedSeries } from './collected.ts';
export { defineComputation } from './mill/model/computation.ts';
export type {
  Checks,
  Computation,
  ComputationOptions,
  DayContext,
  EntityContext,
  InputContext,
  Reducer,
} from './mill/model/computation.ts';
export { defineDataset, defineDocument, files, generated } from './mill/model/dataset.ts';
export type { ExpectedOption, Weekday } from './mill/model/expected-days.ts';
export { Day } from './values/date.ts';
export { number } from './values/number.ts';
export type {
  CompleteWhen,
  DocumentDataset,
  EntityDataset,
  FileSource,
  FilesOptions,
  FilesSource,
  GeneratedOptions,
  GeneratedSource,
  Row,
  RowSource,
} from './mill/model/dataset.ts';
export { dataset, dependency, document, history, joined, latest, previous } from './mill/model/need.ts';
export type { Dated, EntityInputs, Inputs, Need, Needs, PreviousOrSeed } from './mill/model/need.ts';
