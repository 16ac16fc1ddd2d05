import type { EntityName, ShipmentPart } from '#contract/domain/entities.ts';
import type { InternalKind } from '../core/state.ts';

/** One thing a rule may ask of the state, as data: what is loaded, what is missing, and what to fetch are all told in it. */
export type Query =
  | { readonly want: 'row'; readonly entity: EntityName; readonly id: string }
  | { readonly want: 'parts'; readonly entity: ShipmentPart; readonly shipmentId: string }
  | {
      readonly want: 'linesBy';
      readonly field: 'gtin' | 'unit';
      readonly shipmentId: string;
      readonly value: string;
    }
  | { readonly want: 'unitsIn'; readonly shipmentId: string; readonly parentId: string }
  | { readonly want: 'atDoor'; readonly doorId: string }
  | { readonly want: 'byNumber'; readonly supplierId: string | null; readonly number: string }
  | { readonly want: 'content'; readonly contentHash: string }
  | { readonly want: 'internal'; readonly kind: InternalKind; readonly shipmentId: string; readonly id: string }
  | { readonly want: 'scansOf'; readonly shipmentId: string };

export type QueryOf<W extends Query['want']> = Extract<Query, { readonly want: W }>;

/** Equal queries have equal keys. Ids are from outside and may hold anything, so the parts are set off as JSON. */
export const keyOf = (query: Query): string => {
  switch (query.want) {
    case 'row':
      return `${query.entity}:${query.id}`;
    case 'internal':
      return `internal ${query.kind}:${JSON.stringify([query.shipmentId, query.id])}`;
    default:
      return JSON.stringify(query);
  }
};
