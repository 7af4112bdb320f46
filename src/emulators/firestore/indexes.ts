/** firestore.indexes.json: https://firebase.google.com/docs/reference/firestore/indexes */

export interface IndexConfig {
  readonly indexes?: readonly CompositeIndex[];
  readonly fieldOverrides?: readonly FieldOverride[];
}

export interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: 'COLLECTION' | 'COLLECTION_GROUP';
  readonly fields: readonly IndexField[];
}

export interface IndexField {
  readonly fieldPath: string;
  readonly order?: 'ASCENDING' | 'DESCENDING';
  readonly arrayConfig?: 'CONTAINS';
}

export interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  /** Documents are deleted some time after the timestamp in this field. */
  readonly ttl?: boolean;
  /** Single-field indexes instead of the automatic ones; an empty list exempts the field. */
  readonly indexes?: readonly {
    readonly order?: 'ASCENDING' | 'DESCENDING';
    readonly arrayConfig?: 'CONTAINS';
    readonly queryScope: 'COLLECTION' | 'COLLECTION_GROUP';
  }[];
}
