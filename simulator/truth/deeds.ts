/**
 * Notices what the protocol forbids, from the messages that leave: the same from an attacker, from a twin, and from
 * a validator that lost its memory. Each deed is told once for each validator and view; memory is bounded.
 */
import type { Committee } from '../protocol/committee.js';
import { Kind, type Message, type VoteMessage } from '../protocol/messages.js';
import type { DeedName } from './truth-line.js';

/** A vote so far ahead of its sender's view is spam. */
const SPAM_VIEWS = 1_000;

/** Statements remembered, to notice a second one. */
const REMEMBERED = 65_536;

/** What is known of a sender. */
export interface SenderState {
  readonly view: number;
  /** View of the highest certificate that it has. */
  readonly highQcView: number;
  /** Whether it deviates now, or is a twin. */
  readonly deviant: boolean;
}

/** The deeds of one run. */
export class DeedWatch {
  readonly #committeeOf: (epoch: number) => Committee;
  readonly #tell: (deed: DeedName, validator: number, view: number) => void;
  /** Block by statement: kind, validator and view. */
  readonly #stated = new Map<string, number>();
  readonly #told = new Set<string>();

  /** @param committeeOf the set of an epoch */
  constructor(
    committeeOf: (epoch: number) => Committee,
    tell: (deed: DeedName, validator: number, view: number) => void,
  ) {
    this.#committeeOf = committeeOf;
    this.#tell = tell;
  }

  /** A message left. */
  sent(from: number, message: Message, sender: SenderState): void {
    if (message.kind === Kind.proposal) {
      const { block, view } = message;
      const { justify } = block;
      if (this.#isSecond('proposal', from, view, block.id)) this.did('double_proposal', from, view);
      if (justify.view > 0 && !this.#committeeOf(justify.epoch).isQuorum(justify.signers))
        this.did('invalid_certificate', from, view);
      if (sender.deviant && justify.view < Math.min(sender.highQcView, view - 1))
        this.did('tail_fork', from, view);
    } else if (message.kind === Kind.vote1 || message.kind === Kind.vote2) this.#voted(from, message, sender);
  }

  /** Tells a deed, unless it was told. */
  did(deed: DeedName, validator: number, view: number): void {
    const key = `${deed}/${validator}/${view}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    forgetOldest(this.#told);
    this.#tell(deed, validator, view);
  }

  #voted(from: number, { kind, view, block }: VoteMessage, sender: SenderState): void {
    if (view > sender.view + SPAM_VIEWS) return this.did('view_spam', from, view);
    if (this.#isSecond(kind === Kind.vote1 ? 'vote1' : 'vote2', from, view, block))
      this.did('double_vote', from, view);
  }

  #isSecond(statement: string, validator: number, view: number, block: number): boolean {
    const key = `${statement}/${validator}/${view}`;
    const before = this.#stated.get(key);
    if (before === undefined) {
      this.#stated.set(key, block);
      forgetOldest(this.#stated);
    }
    return before !== undefined && before !== block;
  }
}

function forgetOldest(known: Map<string, unknown> | Set<string>): void {
  if (known.size <= REMEMBERED) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
