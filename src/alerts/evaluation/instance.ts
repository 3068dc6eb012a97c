/**
 * The life of one alert of one rule, as in Prometheus 3:
 *
 *   pending -> firing -> inactive (resolved, kept for 15 min so that it is told again) -> gone
 *          `-> gone (the condition went away before `for` had passed)
 *
 * Pure: what was seen goes in, transitions come out. An instance that was read back after a restart is not judged
 * by absence before its series had time to come back: until then it stays as it was, neither resolved nor fired.
 */
import type { AlertTexts } from '../alert.js';
import type { Labels } from '../../promql/labels.js';

export type InstanceState = 'pending' | 'firing' | 'inactive';

/** What was told last. */
export interface Told {
  readonly atUs: number;
  readonly state: InstanceState;
  readonly annotations: AlertTexts;
}

/** One alert of one rule. Times in microseconds since the Unix epoch. */
export interface Instance {
  readonly labels: Labels;
  readonly texts: AlertTexts;
  annotations: AlertTexts;
  value: number;
  state: InstanceState;
  /** When its condition began to hold. */
  activeAtUs: number;
  firedAtUs: number | undefined;
  resolvedAtUs: number | undefined;
  /** Since when it only fires because of `keep_firing_for`. */
  keepFiringSinceUs: number | undefined;
  /** When it was told last; not kept over restarts, so that all is told again then. */
  lastTold: Told | undefined;
  /** Read back after a restart and not seen since: when the process that knew it was alive last. */
  unconfirmedSinceUs: number | undefined;
}

/** What an evaluation found. */
export interface Seen {
  readonly labels: Labels;
  readonly texts: AlertTexts;
  readonly annotations: AlertTexts;
  readonly value: number;
}

/** How a rule judges. */
export interface LifeRules {
  readonly forUs: number;
  readonly keepFiringForUs: number;
  /** Until when absence says nothing about what was read back after a restart. */
  readonly graceEndsUs: number;
}

/** How long a resolved alert is told again. */
export const RESOLVED_RETENTION_US = 15 * 60 * 1_000_000;

/** What changed. */
export interface Changes {
  /** Instances that are not what they were: to be written down. */
  readonly changed: ReadonlySet<Instance>;
  /** Instances that are no more. */
  readonly gone: readonly Instance[];
  /** Instances pending or firing. */
  readonly active: number;
}

/** Moves all instances of a rule on to `tsUs`. @param seen what its expression gave, by the key of the labels */
export function advance(
  instances: Map<string, Instance>,
  seen: ReadonlyMap<string, Seen>,
  tsUs: number,
  rules: LifeRules,
): Changes {
  const changed = new Set<Instance>();
  const gone: Instance[] = [];
  for (const [key, one] of seen) take(instances, key, one, tsUs, changed);
  let active = 0;
  for (const [key, instance] of instances) {
    const before = instance.state;
    if (!seen.has(key)) {
      const fate = absent(instance, tsUs, rules, changed);
      if (fate === 'gone') {
        instances.delete(key);
        gone.push(instance);
      }
      if (fate !== 'kept') continue;
    } else present(instance, tsUs, rules, changed);
    active++;
    if (instance.state !== before) changed.add(instance);
  }
  return { changed, gone, active };
}

function take(
  instances: Map<string, Instance>,
  key: string,
  seen: Seen,
  tsUs: number,
  changed: Set<Instance>,
): void {
  const known = instances.get(key);
  if (known !== undefined && known.state !== 'inactive') {
    known.value = seen.value;
    known.annotations = seen.annotations;
    return;
  }
  const instance: Instance = {
    ...seen,
    state: 'pending',
    activeAtUs: tsUs,
    firedAtUs: undefined,
    resolvedAtUs: undefined,
    keepFiringSinceUs: undefined,
    lastTold: undefined,
    unconfirmedSinceUs: undefined,
  };
  instances.set(key, instance);
  changed.add(instance);
}

function present(instance: Instance, tsUs: number, { forUs }: LifeRules, changed: Set<Instance>): void {
  if (instance.unconfirmedSinceUs !== undefined) {
    // The timer stood still while nobody looked.
    if (instance.state === 'pending') instance.activeAtUs += Math.max(0, tsUs - instance.unconfirmedSinceUs);
    instance.unconfirmedSinceUs = undefined;
    changed.add(instance);
  }
  if (instance.keepFiringSinceUs !== undefined) {
    instance.keepFiringSinceUs = undefined;
    changed.add(instance);
  }
  if (instance.state === 'pending' && tsUs - instance.activeAtUs >= forUs) {
    instance.state = 'firing';
    instance.firedAtUs = tsUs;
  }
}

function absent(
  instance: Instance,
  tsUs: number,
  { keepFiringForUs, graceEndsUs }: LifeRules,
  changed: Set<Instance>,
): 'kept' | 'inactive' | 'gone' {
  if (instance.state === 'inactive')
    return tsUs - instance.resolvedAtUs! > RESOLVED_RETENTION_US ? 'gone' : 'inactive';
  if (instance.unconfirmedSinceUs !== undefined && tsUs < graceEndsUs) return 'kept';
  instance.unconfirmedSinceUs = undefined;
  if (instance.state === 'pending') return 'gone';
  if (keepFiringForUs > 0) {
    if (instance.keepFiringSinceUs === undefined) {
      instance.keepFiringSinceUs = tsUs;
      changed.add(instance);
    }
    if (tsUs - instance.keepFiringSinceUs < keepFiringForUs) return 'kept';
  }
  resolve(instance, tsUs);
  changed.add(instance);
  return 'inactive';
}

/** Ends a firing alert. */
export function resolve(instance: Instance, tsUs: number): void {
  instance.state = 'inactive';
  instance.resolvedAtUs = tsUs;
  instance.unconfirmedSinceUs = undefined;
}

/** When a listener is told again. */
export interface Telling {
  /** Of what is known already. */
  readonly resendUs: number;
  /** Of changed annotations. */
  readonly annotationsUs: number;
}

/** Whether it is time to tell of it. */
export function isToBeTold(instance: Instance, tsUs: number, { resendUs, annotationsUs }: Telling): boolean {
  const { state, lastTold, annotations } = instance;
  if (state === 'pending') return false;
  if (lastTold === undefined) return true;
  if (state !== lastTold.state) return true;
  if (tsUs - lastTold.atUs > resendUs) return true;
  return (
    state === 'firing' &&
    tsUs - lastTold.atUs >= annotationsUs &&
    !sameTexts(annotations, lastTold.annotations)
  );
}

function sameTexts(a: AlertTexts, b: AlertTexts): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
