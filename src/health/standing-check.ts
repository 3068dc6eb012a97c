/**
 * One check with its memory: a latch per level and subject. Takes measurements, gives the issues that hold. Memory goes
 * with the subject: what was not measured for as long as an issue takes to settle is forgotten.
 */
import type { HealthIssue, Trouble } from './health-report.js';
import { Latch } from './latch.js';
import type { Reading } from './reading.js';
import type { HealthRule, Level, Levels, Measurement } from './rule.js';

const WORST_FIRST: readonly Trouble[] = ['failing', 'critical', 'warning'];
const RUNBOOK = 'alerts/runbook.md#';
/** Validators, queues and contracts of one subject that are told apart. */
const MOST_ABOUT = 1_000;

interface Watched {
  readonly read: Reading;
  readonly latches: readonly { readonly trouble: Trouble; readonly level: Level; readonly latch: Latch }[];
  /** The last value that was beyond a bound, in words: what is told while an issue settles. */
  told: { readonly measured: Measurement; readonly reason: string } | undefined;
  seenAtUs: number;
}

/** A check and what it remembers. */
export class StandingCheck {
  readonly rule: HealthRule;
  readonly #levels: Levels;
  readonly #settleUs: number;
  readonly #watched = new Map<Reading, Map<string, Watched>>();

  constructor(rule: HealthRule, levels: Levels, settleUs: number) {
    this.rule = rule;
    this.#levels = levels;
    this.#settleUs = settleUs;
  }

  /** Measures one subject. @returns whether anything could be measured */
  take(read: Reading): boolean {
    const about = this.#of(read);
    if (!this.#mayJudge(read)) {
      for (const { latches } of about.values()) for (const { latch } of latches) latch.reset();
      return false;
    }
    const measured = listOf(this.rule.measure(read));
    for (const one of measured) this.#watch(about, read, one);
    for (const [key, watched] of about) {
      if (watched.seenAtUs === read.nowUs) continue;
      for (const { latch } of watched.latches) latch.take(undefined, read.nowUs);
      if (read.nowUs - watched.seenAtUs > this.#settleUs) about.delete(key);
    }
    return measured.length > 0;
  }

  /** Forgets subjects that are no more. */
  keepOnly(subjects: ReadonlySet<Reading>): void {
    for (const read of this.#watched.keys()) if (!subjects.has(read)) this.#watched.delete(read);
  }

  /** What is wrong now. */
  *issues(): Iterable<HealthIssue> {
    for (const about of this.#watched.values())
      for (const watched of about.values()) {
        const held = watched.latches.find(({ latch }) => latch.enteredAtUs !== undefined);
        if (held !== undefined && watched.told !== undefined) yield this.#issue(watched, held);
      }
  }

  #mayJudge({ phase, node }: Reading): boolean {
    if (node === null) return true;
    if (phase === 'gone') return this.rule.ofGone === true;
    return phase === 'running' || this.rule.judgesProgress !== true;
  }

  #of(read: Reading): Map<string, Watched> {
    let about = this.#watched.get(read);
    if (about === undefined) this.#watched.set(read, (about = new Map<string, Watched>()));
    return about;
  }

  #watch(about: Map<string, Watched>, read: Reading, measured: Measurement): void {
    const key = measured.about ?? '';
    let watched = about.get(key);
    if (watched === undefined) {
      if (about.size >= MOST_ABOUT) return;
      watched = { read, latches: this.#latches(), told: undefined, seenAtUs: read.nowUs };
      about.set(key, watched);
    }
    watched.seenAtUs = read.nowUs;
    let isBeyond = false;
    for (const { latch } of watched.latches) isBeyond = latch.take(measured.value, read.nowUs) || isBeyond;
    if (isBeyond) watched.told = { measured, reason: this.rule.reason(measured, read) };
  }

  #latches(): Watched['latches'] {
    const { worse, slack = 0.1 } = this.rule;
    return WORST_FIRST.flatMap((trouble) => {
      const level = this.#levels[trouble];
      if (level === undefined) return [];
      return [{ trouble, level, latch: new Latch({ level, worse, slack, settleUs: this.#settleUs }) }];
    });
  }

  #issue({ read, told }: Watched, { trouble, level, latch }: Watched['latches'][number]): HealthIssue {
    const { check, component, scope, alert, remedy } = this.rule;
    const { measured, reason } = told!;
    return {
      check,
      component,
      state: trouble,
      scope: measured.scope ?? scope,
      chain: read.chain,
      node: read.node,
      about: measured.about ?? null,
      reason,
      remedy,
      value: measured.value,
      threshold: level.enter,
      since_us: latch.enteredAtUs!,
      runbook_url: RUNBOOK + alert.toLowerCase(),
    };
  }
}

function listOf(measured: Iterable<Measurement> | number | undefined): readonly Measurement[] {
  if (measured === undefined) return [];
  return typeof measured === 'number' ? [{ value: measured }] : [...measured];
}
