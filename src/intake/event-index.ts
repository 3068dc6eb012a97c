/**
 * Tables over the event index (the position of a schema in `schemas`), so that the path of an event
 * looks up arrays instead of names.
 */
import { domainNames, schemas, type DomainName } from '../events/vocabulary.js';
import type { Priority } from '../events/schema.js';

/** Index of `hello`. */
export const HELLO = schemas.findIndex((schema) => schema.type === 'hello');

/** Index of `source.dropped`. */
export const SOURCE_DROPPED = schemas.findIndex((schema) => schema.type === 'source.dropped');

/** Priorities in the order in which a filling queue refuses them. */
export const priorities: readonly Priority[] = ['bulk', 'normal', 'vital'];

/** Position in `priorities` by event index. */
export const priorityOf: Uint8Array = Uint8Array.from(schemas, (schema) =>
  priorities.indexOf(schema.priority),
);

/** Position in `domainNames` by event index; -1 for the stream's own events. */
export const domainOf: Int8Array = Int8Array.from(schemas, (schema) =>
  domainNames.indexOf(schema.domain as DomainName),
);
