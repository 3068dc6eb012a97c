/** The few words in which JSON Schemas of answers are written, and the shapes that several routes share. */

/** A JSON Schema. */
export type Shape = Readonly<Record<string, unknown>>;

export const integer = { type: 'integer' } as const;
export const string = { type: 'string' } as const;
export const number = { type: 'number' } as const;
export const boolean = { type: 'boolean' } as const;

/** That or null. */
export function maybe(type: string, description?: string): Shape {
  return { type: [type, 'null'], ...(description === undefined ? {} : { description }) };
}

/** The same shape with words about it. */
export function about(shape: Shape, description: string): Shape {
  return { ...shape, description };
}

export function object(properties: Readonly<Record<string, unknown>>, description?: string): Shape {
  return { type: 'object', properties, ...(description === undefined ? {} : { description }) };
}

export function list(items: unknown, description?: string): Shape {
  return { type: 'array', items, ...(description === undefined ? {} : { description }) };
}

/** A validator. */
export const validatorName = object({
  id: string,
  name: about(string, 'configured or announced name, else the first 12 characters of the id'),
});

/** Microseconds since the Unix epoch. */
export const wallTime = about(integer, 'microseconds since the Unix epoch');
