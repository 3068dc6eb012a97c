/**
 * Bodies of events that many nodes state alike, one after the other: all that a broadcast or a commit causes
 * is the same for every receiver. The newest body of each kind is remembered with the facts that it was made
 * from, and stated again instead of being made again, so that whoever writes it down can notice.
 *
 * A body is never changed once it was stated. Memory: one body per kind.
 */
import type { SimulatedNodeHooks } from './identity.js';

type Consensus = SimulatedNodeHooks['consensus'];
type Network = SimulatedNodeHooks['network'];
type Storage = SimulatedNodeHooks['storage'];
type State = SimulatedNodeHooks['state'];
type Execution = SimulatedNodeHooks['execution'];

/** The body of the hook `H`. */
type BodyOf<H> = H extends (body: infer B) => void ? B : never;

/** The newest body of one kind. */
export class SharedBody<B> {
  #body: B | undefined;
  #subject: unknown;
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  #e = 0;

  /**
   * The body made from these facts, if it is the newest; else it is to be made and kept next.
   * @param subject compared by identity
   */
  find(subject: unknown, a = 0, b = 0, c = 0, d = 0, e = 0): B | undefined {
    if (
      this.#subject === subject &&
      this.#a === a &&
      this.#b === b &&
      this.#c === c &&
      this.#d === d &&
      this.#e === e
    )
      return this.#body;
    this.#body = undefined;
    this.#subject = subject;
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
    this.#e = e;
    return undefined;
  }

  /** Keeps the body made from the facts looked for last; returns it. */
  keep(body: B): B {
    this.#body = body;
    return body;
  }
}

/** The newest bodies of one run. */
export class SharedBodies {
  readonly viewEntered = new SharedBody<BodyOf<Consensus['viewEntered']>>();
  readonly proposalReceived = new SharedBody<BodyOf<Consensus['proposalReceived']>>();
  readonly voteSent = new SharedBody<BodyOf<Consensus['voteSent']>>();
  readonly qcReceived = new SharedBody<BodyOf<Consensus['qcReceived']>>();
  readonly dcReceived = new SharedBody<BodyOf<Consensus['dcReceived']>>();
  readonly highQcUpdated = new SharedBody<BodyOf<Consensus['highQcUpdated']>>();
  readonly lockUpdated = new SharedBody<BodyOf<Consensus['lockUpdated']>>();
  readonly blockCommitted = new SharedBody<BodyOf<Consensus['blockCommitted']>>();
  readonly messageSent = new SharedBody<BodyOf<Network['messageSent']>>();
  readonly messageReceived = new SharedBody<BodyOf<Network['messageReceived']>>();
  readonly messageProcessed = new SharedBody<BodyOf<Network['messageProcessed']>>();
  readonly blockWritten = new SharedBody<BodyOf<Storage['writeCompleted']>>();
  readonly recordWritten = new SharedBody<BodyOf<Storage['writeCompleted']>>();
  readonly recordSynced = new SharedBody<BodyOf<Storage['syncCompleted']>>();
  readonly resultsWritten = new SharedBody<BodyOf<Storage['batchCompleted']>>();
  readonly resultsSynced = new SharedBody<BodyOf<Storage['syncCompleted']>>();
  readonly transitionApplied = new SharedBody<BodyOf<State['transitionApplied']>>();
  readonly blockExecuted = new SharedBody<BodyOf<Execution['blockExecuted']>>();
}
