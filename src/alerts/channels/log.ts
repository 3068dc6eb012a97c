/** Our own log as a channel: one line per alert, for people who watch a console, and for log pipelines. */
import type { Logger } from '../../base/logger.js';
import type { Channel } from './notification.js';
import { wordsOf } from './words.js';

/** Always takes what it is told. */
export function logChannel(logger: Logger, sendResolved: boolean): Channel {
  return {
    kind: 'log',
    sendResolved,
    takesAcknowledgement: false,
    send: ({ alerts, reason, receiver }) => {
      for (const alert of alerts) {
        const { headline, description } = wordsOf(alert);
        const fields = { receiver, reason, summary: headline, description, labels: alert.labels };
        if (alert.isFiring) logger.warn('an alert fires', fields);
        else logger.info('an alert is over', fields);
      }
      return Promise.resolve({ outcome: 'delivered' });
    },
  };
}
