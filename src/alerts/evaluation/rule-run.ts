/**
 * One rule at work: asks its expression, and turns the answer into series and alerts. Fails as Prometheus does: an expression
 * that gives neither vector nor number, two results with the same labels, or more results than the group allows;
 * a rule that failed leaves its series and alerts as they were.
 */
import { messageOf } from '../../base/errors.js';
import type { PromqlEngine, VectorSample } from '../../promql/engine.js';
import { Labels, METRIC_NAME } from '../../promql/labels.js';
import type { AlertTexts } from '../alert.js';
import { PatternMatcher } from '../patterns/pattern-matcher.js';
import type { AlertRule, FoundAlert, RecordingRule, Rule } from '../rules/rule.js';
import { textsOf } from '../state/instance-record.js';
import type { TemplateData } from '../template/template.js';
import type { TemplateSample } from '../template/values.js';
import { advance, resolve, type Changes, type Instance, type Seen } from './instance.js';
import type { RuleOutputs } from './rule-outputs.js';

/** What rules are evaluated with. */
export interface RuleRoom {
  readonly engine: PromqlEngine;
  readonly outputs: RuleOutputs;
  readonly externalUrl: string;
  readonly externalLabels: AlertTexts;
  /** Until when absence says nothing about alerts that were read back. */
  readonly graceEndsUs: number;
}

/** When and how one evaluation is made. */
export interface Moment {
  readonly tsUs: number;
  readonly queryOffsetUs: number;
  /** Most results; 0 for no limit. */
  readonly limit: number;
  /** How long a question may hold the event loop at a time, where that is not what it usually may. */
  readonly sliceUs?: number | undefined;
}

/** How a rule is. */
export interface RuleHealth {
  readonly health: 'unknown' | 'ok' | 'err';
  readonly lastError: string;
  readonly lastEvaluationUs: number | undefined;
  readonly durationUs: number;
}

const NOTHING_CHANGED: Changes = { changed: new Set(), gone: [], active: 0 };
/** Label sets derived from others that are remembered for one rule. */
const REMEMBERED = 50_000;

/** A rule with what it knows. The rule itself may be replaced by another reading of it. */
export class RuleRun {
  rule: Rule;
  health: RuleHealth = { health: 'unknown', lastError: '', lastEvaluationUs: undefined, durationUs: 0 };
  readonly instances = new Map<string, Instance>();
  /** The series of the last evaluation by key. */
  #series = new Map<string, Labels>();
  readonly #outputLabels = new Map<string, Labels>();
  /** What the last evaluation made of its results, by the key of what was found; only what depends on the result alone. */
  #expansions: ReadonlyMap<string, Seen> = new Map();
  #matcher: PatternMatcher | undefined;

  constructor(rule: Rule) {
    this.rule = rule;
    this.#matcher = matcherOf(rule);
  }

  /** What watches for its pattern, where it has one. */
  get matcher(): PatternMatcher | undefined {
    return this.#matcher;
  }

  /** Evaluates the rule. Never rejects. */
  async evaluate(room: RuleRoom, moment: Moment, monoUs: () => number): Promise<Changes> {
    const startUs = monoUs();
    let changes = NOTHING_CHANGED;
    let lastError = '';
    try {
      const { rule } = this;
      changes =
        rule.kind === 'alert'
          ? await this.#alert(rule, room, moment)
          : await this.#record(rule, room, moment);
    } catch (error) {
      lastError = messageOf(error);
      if (error instanceof TooMany) changes = error.changes;
    }
    this.health = {
      health: lastError === '' ? 'ok' : 'err',
      lastError,
      lastEvaluationUs: moment.tsUs,
      durationUs: monoUs() - startUs,
    };
    return changes;
  }

  /** Ends its series, because the rule is no more. */
  endSeries(outputs: RuleOutputs, timeMs: number): void {
    for (const labels of this.#series.values()) outputs.append(labels, timeMs, 'stale');
    this.#series.clear();
  }

  async #record(rule: RecordingRule, room: RuleRoom, moment: Moment): Promise<Changes> {
    const samples = await ask(rule, room.engine, moment);
    const results = new Map<string, { labels: Labels; value: number }>();
    for (const { labels: found, value } of samples) {
      const labels = this.#derived(found.key, () =>
        Labels.from([...found.entries(), ...rule.labels, [METRIC_NAME, rule.name]]),
      );
      if (results.has(labels.key))
        throw new Error('vector contains metrics with the same labelset after applying rule labels');
      results.set(labels.key, { labels, value });
    }
    if (moment.limit > 0 && results.size > moment.limit)
      throw new Error(`exceeded limit of ${moment.limit} with ${results.size} series`);
    this.#publish(room.outputs, moment, results);
    return NOTHING_CHANGED;
  }

  async #alert(rule: AlertRule, room: RuleRoom, moment: Moment): Promise<Changes> {
    const seen = new Map<string, Seen>();
    const found: readonly FoundAlert[] =
      this.#matcher?.found(moment.tsUs) ??
      (rule.finder
        ? await rule.finder((text) => answered(text, room.engine, moment), moment.tsUs)
        : await ask(rule, room.engine, moment));
    const before = this.#expansions;
    const expansions = new Map<string, Seen>();
    this.#expansions = expansions;
    for (const sample of found) {
      const { key } = sample.labels;
      const known = before.get(key);
      const isKnown = known !== undefined && Object.is(known.value, sample.value);
      const { seen: one, isLasting } = isKnown
        ? { seen: known, isLasting: true }
        : await expanded(rule, sample, room, moment);
      if (isLasting) expansions.set(key, one);
      if (seen.has(one.labels.key))
        throw new Error('vector contains metrics with the same labelset after applying alert labels');
      seen.set(one.labels.key, one);
    }
    const { tsUs, limit } = moment;
    const { forUs, keepFiringForUs } = rule;
    const { graceEndsUs } = room;
    const changes = advance(this.instances, seen, tsUs, { forUs, keepFiringForUs, graceEndsUs });
    if (limit > 0 && changes.active > limit) throw this.#tooMany(moment, changes);
    const results = new Map<string, { labels: Labels; value: number }>();
    for (const instance of this.instances.values()) {
      if (instance.state === 'inactive') continue;
      const alerts = this.#derived(`${instance.state}\n${instance.labels.key}`, () =>
        instance.labels.with('alertstate', instance.state).with(METRIC_NAME, 'ALERTS'),
      );
      const since = this.#derived(`\n${instance.labels.key}`, () =>
        instance.labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
      );
      results.set(alerts.key, { labels: alerts, value: 1 });
      results.set(since.key, { labels: since, value: Math.floor(instance.activeAtUs / 1e6) });
    }
    this.#publish(room.outputs, moment, results);
    return changes;
  }

  /** Prometheus forgets the alerts then. What fires is resolved here, so that nobody waits for an end that is never told. */
  #tooMany({ tsUs, limit }: Moment, { changed, gone, active }: Changes): TooMany {
    const ended = new Set(changed);
    const dropped = [...gone];
    for (const [key, instance] of this.instances) {
      if (instance.state === 'inactive') continue;
      if (instance.firedAtUs !== undefined && instance.firedAtUs < tsUs) {
        resolve(instance, tsUs);
        ended.add(instance);
        continue;
      }
      this.instances.delete(key);
      ended.delete(instance);
      dropped.push(instance);
    }
    return new TooMany(`exceeded limit of ${limit} with ${active} alerts`, {
      changed: ended,
      gone: dropped,
      active: 0,
    });
  }

  #publish(
    outputs: RuleOutputs,
    { tsUs, queryOffsetUs }: Moment,
    results: ReadonlyMap<string, { readonly labels: Labels; readonly value: number }>,
  ): void {
    const timeMs = Math.floor((tsUs - queryOffsetUs) / 1000);
    const series = new Map<string, Labels>();
    for (const [key, { labels, value }] of results) {
      outputs.append(labels, timeMs, value);
      series.set(key, labels);
    }
    for (const [key, labels] of this.#series) if (!series.has(key)) outputs.append(labels, timeMs, 'stale');
    this.#series = series;
  }

  #derived(key: string, make: () => Labels): Labels {
    let labels = this.#outputLabels.get(key);
    if (labels !== undefined) return labels;
    if (this.#outputLabels.size >= REMEMBERED) this.#outputLabels.clear();
    this.#outputLabels.set(key, (labels = make()));
    return labels;
  }

  /** Takes another reading of the rule. */
  replace(rule: Rule): void {
    this.rule = rule;
    this.#outputLabels.clear();
    this.#expansions = new Map();
    // What was seen of a pattern goes on where it is the same.
    const identity = rule.kind === 'alert' ? rule.pattern?.identity : undefined;
    if (this.#matcher?.pattern.identity !== identity) this.#matcher = matcherOf(rule);
  }
}

/** More alerts than the group allows; what it did to them is part of it. */
class TooMany extends Error {
  readonly changes: Changes;

  constructor(message: string, changes: Changes) {
    super(message);
    this.changes = changes;
  }
}

function matcherOf(rule: Rule): PatternMatcher | undefined {
  const pattern = rule.kind === 'alert' ? rule.pattern : undefined;
  return pattern && new PatternMatcher(pattern);
}

async function ask(
  { query }: Rule,
  engine: PromqlEngine,
  { tsUs, queryOffsetUs, sliceUs }: Moment,
): Promise<readonly VectorSample[]> {
  if (query === undefined) throw new Error('the rule has nothing to ask');
  const outcome = await engine.instant(query, Math.floor((tsUs - queryOffsetUs) / 1000), { sliceUs });
  if (outcome.status === 'error') throw new Error(outcome.error);
  const { value } = outcome;
  if (value.type === 'vector') return value.samples;
  if (value.type === 'scalar') return [{ labels: Labels.empty, value: value.value }];
  throw new Error('rule result is not a vector or scalar');
}

/** A question of a template or a function. */
async function answered(
  text: string,
  engine: PromqlEngine,
  { tsUs, queryOffsetUs, sliceUs }: Moment,
): Promise<readonly { readonly labels: AlertTexts; readonly value: number }[]> {
  const outcome = await engine.instant(text, Math.floor((tsUs - queryOffsetUs) / 1000), { sliceUs });
  if (outcome.status === 'error') throw new Error(`error executing query: ${outcome.error}`);
  if (outcome.value.type === 'scalar') return [{ labels: {}, value: outcome.value.value }];
  if (outcome.value.type !== 'vector') throw new Error('query result is not a vector or scalar');
  return outcome.value.samples.map((one) => ({ labels: textsOf(one.labels), value: one.value }));
}

/** The alert of one result, and whether the same result gives the same again: nothing else was asked or said. */
async function expanded(
  rule: AlertRule,
  { labels: found, value, annotations: given }: FoundAlert,
  { engine, externalUrl, externalLabels }: RuleRoom,
  moment: Moment,
): Promise<{ readonly seen: Seen; readonly isLasting: boolean }> {
  let isLasting = given === undefined;
  const data: TemplateData = { labels: textsOf(found), value, externalLabels, externalUrl };
  const query = async (text: string): Promise<readonly TemplateSample[]> => {
    isLasting = false;
    const answer = await answered(text, engine, moment);
    return answer.map((one) => ({ Labels: one.labels, Value: one.value }));
  };
  const added: [string, string][] = [];
  for (const [name, template] of rule.labels) added.push([name, await template.expand(data, query)]);
  const annotations: Record<string, string> = { ...given };
  for (const [name, template] of rule.annotations) annotations[name] = await template.expand(data, query);
  const alertname = (rule.finder ? found.get('alertname') : '') || rule.name;
  const labels = Labels.from([...found.withoutName().entries(), ...added, ['alertname', alertname]]);
  const texts: AlertTexts = textsOf(labels);
  return { seen: { labels, texts, annotations, value }, isLasting };
}
