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

/** Hears events by the position of their schema in `schemas`. */
export interface Hearer {
  hear(index: number, event: DomainEvent): void;
}

/** Hears nothing. */
export const nobody: Hearer = { hear: () => undefined };

/** Tells events of one kind to `listeners` in their order; never throws. */
export function inTurn(listeners: readonly Listener[], faults: Faults): Hearer {
  if (listeners.length === 0) return nobody;
  const handles = listeners.map(({ handle }) => handle);
  return {
    hear: (_index, event) => {
      for (let i = 0; i < handles.length; i++) {
        try {
          handles[i]!(event as never);
        } catch (thrown) {
          faults.record(listeners[i]!.domain, event.type, thrown);
        }
      }
    },
  };
}
