/**
 * Who hears one kind of event of one node, as one call: the handlers of its observers, one after the other. What a
 * handler throws is counted against its domain and keeps nobody else from the event.
 */
import type { DomainEvent } from '../events/vocabulary.js';
import type { Faults } from './faults.js';

/** Takes an event; one of another kind is never given to it. */
export type Handle = (event: never) => void;

/** A handler and whose it is. */
export interface Listener {
  readonly domain: string;
  readonly handle: Handle;
}

/** Tells an event to all who hear it; never throws. */
export type Tell = (event: DomainEvent) => void;

/** Tells `listeners` in their order. */
export function tellInTurn(listeners: readonly Listener[], faults: Faults): Tell {
  const [only] = listeners;
  if (only !== undefined && listeners.length === 1) return tellOne(only, faults);
  return (event) => {
    for (let i = 0; i < listeners.length; i++) {
      try {
        listeners[i]!.handle(event as never);
      } catch (thrown) {
        faults.record(listeners[i]!.domain, event.type, thrown);
      }
    }
  };
}

function tellOne({ domain, handle }: Listener, faults: Faults): Tell {
  return (event) => {
    try {
      handle(event as never);
    } catch (thrown) {
      faults.record(domain, event.type, thrown);
    }
  };
}
