/**
 * Hands on what rules found, and sees to it that their state becomes durable. That an alert begins is told at once,
 * while its transition is being written: whoever is told remembers on disk what it tells, and what it alone remembers
 * after a crash ends by itself (`AlertListener.remembered`). That an alert is over is told when that is durable: were it
 * forgotten, the alert would be told again as if it had never ended.
 *
 * Invariant: nothing overtakes what was to be told before it. Never throws, never rejects.
 */
import type { Alert, AlertListener } from '../alert.js';
import type { AlertJournal } from '../state/alert-journal.js';

/** Tells one listener. */
export class Teller {
  readonly #listener: AlertListener;
  readonly #journal: Pick<AlertJournal, 'flush'> | undefined;
  /** Tellings that wait for the disk. */
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(listener: AlertListener, journal: Pick<AlertJournal, 'flush'> | undefined) {
    this.#listener = listener;
    this.#journal = journal;
  }

  /** Makes what was written down durable, and tells of these alerts. */
  tell(alerts: readonly Alert[]): void {
    const flushed = this.#journal?.flush();
    const canWait = this.#waiting > 0 ? alerts : alerts.filter(({ endsAtUs }) => endsAtUs !== undefined);
    const begun = this.#waiting > 0 ? [] : alerts.filter(({ endsAtUs }) => endsAtUs === undefined);
    if (begun.length > 0) this.#listener.tell(begun);
    if (canWait.length > 0) this.#waiting++;
    else if (flushed === undefined) return;
    this.#last = this.#last.then(async () => {
      // A disk that fails must not keep anybody from hearing of it.
      await flushed;
      if (canWait.length === 0) return;
      this.#waiting--;
      this.#listener.tell(canWait);
    });
  }

  /** Resolves when all is told and on disk. */
  idle(): Promise<void> {
    return this.#last;
  }
}
