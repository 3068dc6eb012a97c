/** One attempt with a deadline of wall time. Whatever goes wrong is a receipt; nothing is thrown. */
import { messageOf } from '../../base/errors.js';
import type { Receipt } from '../../delivery/transport.js';
import type { Channel, Notification } from '../channels/notification.js';

/** @param abort ends the attempt when it is aborted, or by itself after `timeoutUs` */
export async function sendOnce(
  channel: Channel,
  notification: Notification,
  timeoutUs: number,
  abort: AbortController,
): Promise<Receipt> {
  const timer = setTimeout(() => abort.abort(), timeoutUs / 1000);
  const late = new Promise<Receipt>((resolve) => {
    const giveUp = (): void =>
      resolve({ outcome: 'retry', reason: 'timeout', detail: `no answer within ${timeoutUs / 1000} ms` });
    abort.signal.addEventListener('abort', giveUp, { once: true });
  });
  const sending = (async () => channel.send(notification, abort.signal))().catch(
    (thrown: unknown): Receipt => ({ outcome: 'retry', reason: 'failed', detail: messageOf(thrown) }),
  );
  const receipt = await Promise.race([sending, late]);
  clearTimeout(timer);
  return receipt;
}
