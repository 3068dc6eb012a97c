/** A function of an embedder's as a channel: it is told what any other receiver is told, and a failure is tried again. */
import { messageOf } from '../../base/errors.js';
import type { Channel, Notification } from './notification.js';

/** Somebody who is told of alerts within the process. */
export interface AlertHandler {
  /**
   * The receiver whose notifications it hears. By default those of the short form, `page` and `notify`; with a file of
   * routes it must be named.
   */
  readonly receiver?: string;
  /** Whether it hears of ends. Default true. */
  readonly sendResolved?: boolean;
  /**
   * Is told once of each news; what was told counts as delivered when this resolves. A rejection, and more than ten
   * seconds, count as failed: it is told again later.
   */
  notify(notification: Notification, signal: AbortSignal): void | Promise<void>;
}

/** The channel of a handler. */
export function handlerChannel(handler: AlertHandler): Channel {
  return {
    kind: 'handler',
    sendResolved: handler.sendResolved ?? true,
    takesAcknowledgement: false,
    send: async (notification, signal) => {
      try {
        await handler.notify(notification, signal);
        return { outcome: 'delivered' };
      } catch (error) {
        return { outcome: 'retry', reason: 'failed', detail: messageOf(error) };
      }
    },
  };
}
