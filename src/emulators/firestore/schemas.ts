/** google.firestore.v1 messages as `@grpc/proto-loader` decodes them: 64-bit integers are strings, enums their names. */

export interface Timestamp {
  seconds?: string | number;
  nanos?: number;
}

export type Fields = Record<string, Value>;

export type Value =
  | { valueType: 'nullValue'; nullValue: 'NULL_VALUE' }
  | { valueType: 'booleanValue'; booleanValue: boolean }
  | { valueType: 'integerValue'; integerValue: string }
  | { valueType: 'doubleValue'; doubleValue: number }
  | { valueType: 'timestampValue'; timestampValue: Timestamp }
  | { valueType: 'stringValue'; stringValue: string }
  | { valueType: 'bytesValue'; bytesValue: Uint8Array }
  | { valueType: 'referenceValue'; referenceValue: string }
  | { valueType: 'geoPointValue'; geoPointValue: { latitude?: number; longitude?: number } }
  | { valueType: 'arrayValue'; arrayValue: ArrayValue }
  | { valueType: 'mapValue'; mapValue: { fields?: Fields } };

interface ArrayValue {
  values?: Value[];
}

export interface FieldTransform {
  fieldPath?: string;
  transformType?: Exclude<keyof FieldTransform, 'fieldPath' | 'transformType'>;
  setToServerValue?: string;
  increment?: Value;
  maximum?: Value;
  minimum?: Value;
  appendMissingElements?: ArrayValue;
  removeAllFromArray?: ArrayValue;
}

interface DocumentMask {
  fieldPaths?: string[];
}

export interface Write {
  operation?: 'update' | 'delete' | 'transform';
  update?: { name?: string; fields?: Fields };
  delete?: string;
  updateMask?: DocumentMask;
  updateTransforms?: FieldTransform[];
  currentDocument?: { exists?: boolean; updateTime?: Timestamp };
}

export interface WriteResult {
  updateTime?: Timestamp;
  transformResults?: Value[];
}

interface FieldReference {
  fieldPath?: string;
}

export interface FilterMessage {
  filterType?: 'compositeFilter' | 'fieldFilter' | 'unaryFilter';
  compositeFilter?: { op?: string; filters?: FilterMessage[] };
  fieldFilter?: { field?: FieldReference; op?: string; value?: Value };
  unaryFilter?: { field?: FieldReference; op?: string };
}

export interface CursorMessage extends ArrayValue {
  before?: boolean;
}

export interface StructuredQuery {
  select?: { fields?: FieldReference[] };
  from?: { collectionId?: string; allDescendants?: boolean }[];
  where?: FilterMessage;
  orderBy?: { field?: FieldReference; direction?: string }[];
  startAt?: CursorMessage;
  endAt?: CursorMessage;
  offset?: number;
  limit?: { value?: number };
  findNearest?: object;
}

export interface Aggregation {
  operator?: 'count' | 'sum' | 'avg';
  count?: { upTo?: { value?: string } };
  sum?: { field?: FieldReference };
  avg?: { field?: FieldReference };
  alias?: string;
}

export interface TransactionOptions {
  mode?: 'readOnly' | 'readWrite';
  readOnly?: { readTime?: Timestamp };
  readWrite?: { retryTransaction?: Uint8Array };
}

/** How every read names the state that it wants to see. */
export interface Consistency {
  transaction?: Uint8Array;
  newTransaction?: TransactionOptions;
  readTime?: Timestamp;
}

interface Page extends Consistency {
  parent?: string;
  pageSize?: number;
  pageToken?: string;
}

export interface Target {
  targetId?: number;
  query?: { parent?: string; structuredQuery?: StructuredQuery };
  documents?: { documents?: string[] };
  resumeToken?: Uint8Array;
  readTime?: Timestamp;
  once?: boolean;
}

/** By RPC. */
export interface Requests {
  BatchGetDocuments: Consistency & { documents?: string[]; mask?: DocumentMask };
  RunQuery: Consistency & { parent?: string; structuredQuery?: StructuredQuery; explainOptions?: object };
  RunAggregationQuery: Consistency & {
    parent?: string;
    structuredAggregationQuery?: { structuredQuery?: StructuredQuery; aggregations?: Aggregation[] };
    explainOptions?: object;
  };
  Commit: { writes?: Write[]; transaction?: Uint8Array };
  Rollback: { transaction?: Uint8Array };
  BatchWrite: { writes?: Write[] };
  ListDocuments: Page & { collectionId?: string; orderBy?: string; mask?: DocumentMask; showMissing?: boolean };
  ListCollectionIds: Page;
  Listen: { addTarget?: Target; removeTarget?: number };
}
