/**
 * The port between the intake and whatever gives events their meaning. The intake calls it in the
 * order of arrival, one node at a time, never concurrently, and never for a duplicate.
 *
 * What a dispatcher throws is contained by the intake: counted, logged, and the next event goes on.
 */
import type { DomainEvent, DomainName, HelloEvent } from '../events/vocabulary.js';

/** Opens what listens to one node. */
export interface Dispatcher {
  /** A node said its first `hello`, which is not repeated to `NodeDispatch.hello`. */
  attach(hello: HelloEvent): NodeDispatch;
}

/** What listens to one node, from its first `hello` until it is forgotten. */
export interface NodeDispatch {
  /** A later `hello`: a new `run`, or something in it has changed. A mere reconnect is not repeated. */
  hello(hello: HelloEvent): void;
  /** @param index position of the event's schema in `schemas` */
  dispatch(index: number, event: DomainEvent): void;
  /**
   * `missing` events of `domain` are absent between the one before and the one to come: draw no
   * conclusion across this point. 0 says that none is absent but that the order is broken: the next
   * event is a late one, or the one before was.
   */
  gap(domain: DomainName, missing: number): void;
  /** The node is forgotten: evicted, or the intake has stopped. A disconnect alone does not detach. */
  detach(): void;
}
