/**
 * Calls a dead-man's switch as long as the sidecar is well: whoever stops hearing it knows that nobody watches. It never
 * calls while something is wrong, and a call that fails is made again at the next interval.
 */
import type { Timer } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';
import type { Board } from '../../metrics/board.js';
import { notificationMetrics as m } from '../catalogue.js';
import { openAccess } from './channel-config.js';
import { HttpSender, reveal, type SenderOptions } from './http-sender.js';

/** What it is made of. */
export interface HeartbeatOptions extends SenderOptions {
  readonly url: Secret;
  readonly intervalUs: number;
  readonly isWell: () => boolean;
  readonly board: Board;
  readonly caFile: string | null;
  /** How long one answer is waited for; default 10,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Begins to call: at once, and every interval. */
export function startHeartbeat(options: HeartbeatOptions): { close(): Promise<void> } {
  const { url, intervalUs, isWell, board, clock, caFile, timeoutMs = TIMEOUT_MS } = options;
  const sender = new HttpSender({ ...openAccess, caFile }, options);
  let underWay: Promise<void> | undefined;
  const call = async (): Promise<void> => {
    let outcome = 'skipped';
    if (isWell())
      try {
        const receipt = await sender.post(reveal(url), { status: 'ok' }, AbortSignal.timeout(timeoutMs), []);
        outcome = receipt.outcome === 'retry' ? receipt.reason : receipt.outcome;
      } catch {
        outcome = 'failed';
      }
    board.counter(m.heartbeats).at(outcome).add();
  };
  const beat = (): void => {
    underWay ??= call().finally(() => (underWay = undefined));
  };
  const timer: Timer = clock.every(intervalUs, beat);
  beat();
  return {
    close: async () => {
      timer.stop();
      await underWay;
      await sender.close();
    },
  };
}
