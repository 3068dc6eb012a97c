/**
 * Why an alert is not told of: another one that inhibits it, a silence, or the time of day. Pure questions about what is
 * held; nothing is changed here.
 */
import type { LabelMatcher } from '../../promql/matchers.js';
import type { AlertTexts } from '../alert.js';
import type { HeldAlert, Silence } from './held.js';
import { makeMatcher, passes } from './matcher-text.js';
import type { InhibitRule } from './routing.js';

/** Why a firing alert is not told of. */
export interface MutedBy {
  readonly inhibitedBy: readonly string[];
  readonly silencedBy: readonly string[];
}

/** Whether it fires: it has not ended, and its sender was heard in time. */
export function isFiring({ alert, expiresAtUs }: HeldAlert, nowUs: number): boolean {
  const endUs = alert.endsAtUs ?? expiresAtUs;
  return endUs === undefined || endUs > nowUs;
}

/** The ids of alerts that inhibit one with these labels. */
export function inhibitors(
  rules: readonly InhibitRule[],
  labels: AlertTexts,
  alerts: Iterable<HeldAlert>,
  nowUs: number,
): string[] {
  const wanted = rules.filter(({ targets }) => passes(labels, targets));
  if (wanted.length === 0) return [];
  const found = new Set<string>();
  for (const held of alerts) {
    if (!isFiring(held, nowUs)) continue;
    const other = held.alert.labels;
    for (const { sources, targets, equal } of wanted) {
      if (!passes(other, sources) || !equal.every((name) => (other[name] ?? '') === (labels[name] ?? '')))
        continue;
      // What is on both sides does not silence its like: else two of a kind would silence each other.
      if (passes(labels, sources) && passes(other, targets)) continue;
      found.add(held.id);
    }
  }
  return [...found];
}

/** Whether a silence is about to come, there, or over. */
export function silenceState(
  { startsAtUs, endsAtUs }: Silence,
  nowUs: number,
): 'pending' | 'active' | 'expired' {
  return nowUs >= endsAtUs ? 'expired' : nowUs < startsAtUs ? 'pending' : 'active';
}

const compiled = new WeakMap<Silence, readonly LabelMatcher[]>();

/** The conditions of a silence; those that cannot be compiled were refused when it was made. */
export function silenceMatchers(silence: Silence): readonly LabelMatcher[] {
  const known = compiled.get(silence);
  if (known !== undefined) return known;
  const matchers = silence.matchers.flatMap(({ name, type, value }) => {
    const matcher = makeMatcher(name, type, value);
    return 'problem' in matcher ? [] : matcher;
  });
  compiled.set(silence, matchers);
  return matchers;
}

/** The ids of active silences that an alert with these labels is under. */
export function silencesOf(labels: AlertTexts, silences: Iterable<Silence>, nowUs: number): string[] {
  const found: string[] = [];
  for (const silence of silences)
    if (silenceState(silence, nowUs) === 'active' && passes(labels, silenceMatchers(silence)))
      found.push(silence.id);
  return found;
}
