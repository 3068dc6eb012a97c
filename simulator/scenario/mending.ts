/**
 * A scenario that has something wrong in it, made right for a moment: what is wrong is taken out, or replaced by
 * something harmless that refers to the same validators. So whatever else is wrong can be told at the same time. The
 * result is never run.
 */
import { faultSchema } from './fault-schema.js';
import { scenarioSchema, type Scenario } from './schema.js';

type Path = readonly PropertyKey[];

/** What a scenario cannot be without. */
const needed: Readonly<Record<string, unknown>> = {
  name: '99-mended',
  title: 'Mended',
  description: 'Mended.',
  expect: {},
  // Whoever is named is there: how many there are is not known.
  validators: 10_000,
};

/**
 * The scenario without what is wrong at these places; undefined where that is not enough.
 * @param value of the file, as YAML gives it
 */
export function mended(value: unknown, wrong: readonly Path[]): Scenario | undefined {
  const copy: unknown = structuredClone(value);
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return undefined;
  for (const path of wrong) mend(copy as Record<PropertyKey, unknown>, path);
  for (const [key, instead] of Object.entries(needed))
    if (key !== 'validators') (copy as Record<string, unknown>)[key] ??= instead;
  const parsed = scenarioSchema.safeParse(copy);
  return parsed.success ? parsed.data : undefined;
}

function mend(root: Record<PropertyKey, unknown>, path: Path): void {
  const [first, second, third] = path;
  if (first === undefined) return;
  if (first === 'faults' && typeof second === 'number') return replace(root['faults'], second, harmlessFault);
  if (first === 'sidecar' && typeof second === 'number')
    return replace(root['sidecar'], second, () => ({ kind: 'restart', at: 0 }));
  if (first === 'expect' && typeof third === 'number')
    return replace((root['expect'] as Record<PropertyKey, unknown>)[second ?? ''], third, () => ({
      cause: '*',
    }));
  // Others refer to the name.
  if (first === 'who' && second !== undefined) (root['who'] as Record<PropertyKey, unknown>)[second] = 'any';
  else if (Object.hasOwn(needed, first)) root[first] = needed[String(first)];
  else if (second === undefined || typeof root[first] !== 'object') Reflect.deleteProperty(root, first);
  else Reflect.deleteProperty(root[first] as object, second);
}

function replace(list: unknown, at: number, instead: (was: unknown) => unknown): void {
  if (Array.isArray(list)) list[at] = instead(list[at]);
}

/** A fault of the same validators that has nothing wrong in it. */
function harmlessFault(was: unknown): unknown {
  const { validator, validators, groups, from, to } = (was ?? {}) as Record<string, unknown>;
  const nothing = { kind: 'heal', at: 0 };
  const candidates = [
    { kind: 'crash', validator: validator ?? validators },
    { kind: 'partition', groups },
    { kind: 'one_way_partition', from, to },
  ];
  return candidates.find((fault) => faultSchema.safeParse(fault).success && !isEmpty(fault)) ?? nothing;
}

function isEmpty(fault: object): boolean {
  return Object.values(fault).includes(undefined);
}
