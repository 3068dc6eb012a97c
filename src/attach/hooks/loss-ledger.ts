/**
 * What one stream lost, by domain and reason: in all, and what the sidecar has not been told yet.
 *
 * Invariant: total = told + untold + told in batches that have not settled. A statement that was lost
 * on its way is given back and becomes untold again.
 */
import { domainNames, type DomainName } from '../../events/vocabulary.js';

/** Why an event did not reach the sidecar; also the `reason` of `source.dropped`. */
export const lossReasons = ['full', 'disconnected', 'invalid'] as const;

/** One of `lossReasons`. */
export type LossReason = (typeof lossReasons)[number];

/** One statement to the sidecar. */
export interface Loss {
  readonly domain: DomainName;
  readonly reason: LossReason;
  readonly count: number;
}

export class LossLedger {
  readonly #totals = new Map<LossReason, number[]>(lossReasons.map((reason) => [reason, zeros()]));
  readonly #untold = new Map<LossReason, number[]>(lossReasons.map((reason) => [reason, zeros()]));
  #owes = false;

  /** Whether the sidecar has something to be told. */
  get owes(): boolean {
    return this.#owes;
  }

  /** @param domain position in `domainNames` */
  add(domain: number, reason: LossReason, count = 1): void {
    this.#totals.get(reason)![domain]! += count;
    this.#untold.get(reason)![domain]! += count;
    this.#owes = true;
  }

  /** What is untold; the caller tells it, or gives it back. */
  take(): readonly Loss[] {
    const losses: Loss[] = [];
    for (const [reason, counts] of this.#untold) {
      counts.forEach((count, domain) => {
        if (count > 0) losses.push({ domain: domainNames[domain]!, reason, count });
      });
      counts.fill(0);
    }
    this.#owes = false;
    return losses;
  }

  /** Losses taken, but not told. */
  giveBack(losses: readonly Loss[]): void {
    for (const { domain, reason, count } of losses) {
      this.#untold.get(reason)![domainNames.indexOf(domain)]! += count;
      this.#owes = true;
    }
  }

  /** Lost in all, by position in `domainNames`; of one reason, or of any. */
  totals(reason?: LossReason): number[] {
    const sums = zeros();
    for (const [of, counts] of this.#totals) {
      if (reason === undefined || of === reason) counts.forEach((count, domain) => (sums[domain]! += count));
    }
    return sums;
  }
}

function zeros(): number[] {
  return domainNames.map(() => 0);
}
