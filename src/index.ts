/** The public names for people who write computations. */
export { defineComputation } from './model/computation.ts';
export type { Computation, DayContext, EntityContext, InputContext, Reducer } from './model/computation.ts';
export { defineDataset, defineDocument } from './model/dataset.ts';
export { Day } from './model/date.ts';
export { number } from './model/number.ts';
export type { CompleteWhen, DocumentDataset, EntityDataset, FileSource, RowSource } from './model/dataset.ts';
export { dataset, dependency, document, history, previous } from './model/need.ts';
export type { Dated } from './model/need.ts';
