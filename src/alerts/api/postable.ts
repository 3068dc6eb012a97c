/**
 * What clients of Alertmanager's API post: alerts and silences. Whatever is malformed is told in words and nothing of it is
 * taken.
 */
import type { MatchType } from '../../promql/matchers.js';
import type { Alert } from '../alert.js';
import type { SilenceMatcher } from '../routing/held.js';
import { makeMatcher } from '../routing/matcher-text.js';

/** An alert, and when its sender says that it ends. */
export interface PostedAlert {
  readonly alert: Alert;
  /** In the future: it is over then unless it is posted again. */
  readonly endsAtUs: number | undefined;
}

/** A silence that is asked for. */
export interface PostedSilence {
  readonly id: string | undefined;
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtUs: number;
  readonly endsAtUs: number;
  readonly createdBy: string;
  readonly comment: string;
}

type Tree = Readonly<Record<string, unknown>>;

/** A value, or what is wrong with it. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Go's zero time stands for none. */
const ZERO = '0001-01-01T00:00:00';
const MOST_TEXT = 10_000;

/** The alerts of a document. */
export function readAlerts(text: string, nowUs: number): Read<readonly PostedAlert[]> {
  const document = readTree(text);
  if (!Array.isArray(document)) return { problem: 'expected a JSON list of alerts' };
  const value: PostedAlert[] = [];
  for (const [i, one] of (document as unknown[]).entries()) {
    const read = readAlert(one, nowUs);
    if ('problem' in read) return { problem: `alert ${i}: ${read.problem}` };
    value.push(read.value);
  }
  return { value };
}

function readAlert(given: unknown, nowUs: number): Read<PostedAlert> {
  if (!isTree(given)) return { problem: 'is no object' };
  const labels = readTexts(given['labels']);
  const annotations = readTexts(given['annotations'] ?? {});
  if (labels === undefined || Object.keys(labels).length === 0) return { problem: 'needs labels' };
  if (annotations === undefined) return { problem: 'annotations are texts by name' };
  const bad = Object.keys(labels).find((name) => !LABEL.test(name));
  if (bad !== undefined) return { problem: `${JSON.stringify(bad).slice(0, 80)} is no label name` };
  const startsAtUs = readTime(given['startsAt']);
  const endsAtUs = readTime(given['endsAt']);
  if (startsAtUs === 'bad' || endsAtUs === 'bad') return { problem: 'times are in RFC 3339' };
  const isOver = endsAtUs !== undefined && endsAtUs <= nowUs;
  const url = given['generatorURL'];
  const alert: Alert = {
    labels,
    annotations,
    startsAtUs: startsAtUs ?? Math.min(nowUs, endsAtUs ?? nowUs),
    endsAtUs: isOver ? endsAtUs : undefined,
    generatorUrl: typeof url === 'string' ? url : '',
  };
  return { value: { alert, endsAtUs: isOver ? undefined : endsAtUs } };
}

/** The silence of a document. */
export function readSilence(text: string, nowUs: number): Read<PostedSilence> {
  const given = readTree(text);
  if (!isTree(given)) return { problem: 'expected a JSON object' };
  const matchers = readMatcherList(given['matchers']);
  if ('problem' in matchers) return matchers;
  const startsAtUs = readTime(given['startsAt']) ?? nowUs;
  const endsAtUs = readTime(given['endsAt']);
  const { id, createdBy, comment } = given;
  if (startsAtUs === 'bad' || endsAtUs === 'bad' || endsAtUs === undefined)
    return { problem: 'startsAt and endsAt are times in RFC 3339' };
  if (endsAtUs <= nowUs) return { problem: 'the end is in the past' };
  if (startsAtUs >= endsAtUs) return { problem: 'the end is not after the start' };
  if (!isText(createdBy) || createdBy === '') return { problem: 'createdBy is needed' };
  if (!isText(comment) || comment === '') return { problem: 'a comment is needed' };
  const known = typeof id === 'string' && id !== '' ? id : undefined;
  return { value: { id: known, matchers: matchers.value, startsAtUs, endsAtUs, createdBy, comment } };
}

function readMatcherList(given: unknown): Read<readonly SilenceMatcher[]> {
  if (!Array.isArray(given) || given.length === 0) return { problem: 'at least one matcher is needed' };
  const value: SilenceMatcher[] = [];
  let isAnySpecific = false;
  for (const one of given as unknown[]) {
    if (!isTree(one) || !isText(one['name']) || !isText(one['value']))
      return { problem: 'a matcher has name and value' };
    const { name, value: text, isRegex, isEqual } = one;
    if (!LABEL.test(name)) return { problem: `${JSON.stringify(name).slice(0, 80)} is no label name` };
    const type: MatchType =
      isEqual === false ? (isRegex === true ? '!~' : '!=') : isRegex === true ? '=~' : '=';
    const matcher = makeMatcher(name, type, text);
    if ('problem' in matcher) return matcher;
    isAnySpecific ||= !matcher.matches('');
    value.push({ name, type, value: text });
  }
  // Else it would silence everything by accident.
  return isAnySpecific ? { value } : { problem: 'at least one matcher must not match the empty text' };
}

/** An acknowledgement of a document. */
export function readAcknowledgement(text: string): Read<{ alert: string; by: string; comment: string }> {
  const given = readTree(text);
  if (!isTree(given)) return { problem: 'expected a JSON object' };
  const { alert, by, comment = '' } = given;
  if (!isText(alert) || !isText(by) || by === '' || !isText(comment))
    return { problem: 'alert (a fingerprint) and by are needed' };
  return { value: { alert, by, comment } };
}

function readTree(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_TEXT;
}

/** Texts by name; those that are empty are as good as absent. */
function readTexts(given: unknown): Record<string, string> | undefined {
  if (!isTree(given)) return undefined;
  const entries = Object.entries(given);
  if (!entries.every((entry): entry is [string, string] => isText(entry[1]))) return undefined;
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

function readTime(given: unknown): number | undefined | 'bad' {
  if (given === undefined || given === null || given === '') return undefined;
  if (typeof given !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(given)) return 'bad';
  if (given.startsWith(ZERO)) return undefined;
  const ms = Date.parse(given);
  return Number.isNaN(ms) ? 'bad' : ms * 1000;
}
