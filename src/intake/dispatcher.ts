/**
 * The port between the intake and whatever gives events their meaning. The intake calls it in the
 * order of arrival, one node at a time, never concurrently, and never for a duplicate.
 *
 * What a dispatcher throws is contained by the intake: counted, logged, and the next event goes on.
 */
import type { DomainEvent, DomainName, HelloEvent } from '../events/vocabulary.js';

/** Opens what listens to one node. */
export interface Dispatcher {
  /**
   * A node said `hello` and nothing of it was attached; this `hello` is not repeated to
   * `NodeDispatch.hello`. A node that comes back is attached again, with the same `run` if it went on.
   */
  attach(hello: HelloEvent): NodeDispatch;
}

/** What listens to one node while anything speaks for it. */
export interface NodeDispatch {
  /** A later `hello`: a new `run`, or something in it has changed. */
  hello(hello: HelloEvent): void;
  /** @param index position of the event's schema in `schemas` */
  dispatch(index: number, event: DomainEvent): void;
  /**
   * `missing` events of `domain` are absent between the one before and the one to come: draw no
   * conclusion across this point. 0 says that none is absent but that the order is broken: the next
   * event is a late one, or the one before was.
   */
  gap(domain: DomainName, missing: number): void;
  /** The last source that spoke for the node has ended, and its last event is processed. */
  detach(): void;
}
