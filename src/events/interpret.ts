/**
 * A parsed line to an event, field by field as the wire form says. The reference for everything
 * compiled, and what finds the words for a line that does not hold.
 *
 * The event has the same shape for every line of a type: all its fields in canonical order,
 * `undefined` where absent, nothing that the schema does not know.
 */
import { PROTOCOL_VERSION } from './envelope.js';
import type { FieldProblem } from './problem.js';
import { checkField, show } from './validate.js';
import { wireFormByType, type WireForm } from './wire.js';

/** A line as `JSON.parse` gives it. */
export type RawLine = Readonly<Record<string, unknown>>;

/** The event, or what is wrong. */
export type Interpreted = { readonly event: Record<string, unknown> } | FieldProblem;

/** The type's wire form; its name where it is not known; or what is wrong with `v` or `type`. */
export function formOf(raw: RawLine): WireForm | string | FieldProblem {
  const version = raw['v'];
  if (version !== undefined && version !== null && version !== PROTOCOL_VERSION)
    return {
      reason: 'wrong_version',
      detail: `v: found ${show(version)}, expected ${PROTOCOL_VERSION}`,
    };
  const type = raw['type'];
  if (type === undefined || type === null)
    return { reason: 'missing_field', detail: 'type: absent, expected a string' };
  if (typeof type !== 'string')
    return { reason: 'wrong_type', detail: `type: found ${show(type)}, expected a string` };
  return wireFormByType.get(type) ?? type;
}

/** @param node the node that a line without `node` speaks for */
export function interpret(raw: RawLine, form: WireForm, node: string | undefined): Interpreted {
  if ((raw['node'] ?? node) === undefined)
    return { reason: 'no_hello', detail: 'node: absent, and no hello named it' };
  const event: Record<string, unknown> = { type: form.schema.type };
  for (const { name, field } of form.fields) {
    const checked = checkField(name, raw[name], field);
    if ('reason' in checked) return checked;
    event[name] = checked.value;
  }
  const weight = form.sampled ? undefined : (raw['weight'] ?? undefined);
  if (weight !== undefined)
    return {
      reason: 'not_sampled',
      detail: `weight: found ${show(weight)}, expected none: ${form.schema.type} may not be sampled`,
    };
  event['node'] ??= node;
  return { event };
}

/** How many keys of the line its type does not know. */
export function countUnknownFields(raw: RawLine, form: WireForm): number {
  let unknown = 0;
  for (const key of Object.keys(raw)) if (!form.keys.has(key)) unknown++;
  return unknown;
}
