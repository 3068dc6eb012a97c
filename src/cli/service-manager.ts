/**
 * Tells systemd how the service is: ready, alive at half the watchdog's interval, stopping. Only where systemd
 * asks for it (`NOTIFY_SOCKET`), and by its own tool `systemd-notify`, because Node has no datagram sockets of
 * the kind that systemd listens on.
 *
 * Alive is said from the event loop: a process that hangs falls silent, and the watchdog restarts it. That the
 * tool is missing or fails is logged once and harms nothing else.
 */
import { execFile } from 'node:child_process';
import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';

/** Where systemd says what it wants: the process's environment. */
export type ServiceEnvironment = Readonly<Record<string, string | undefined>>;

/** A service manager that waits for word, or nobody. */
export interface ServiceManager {
  ready(): void;
  stopping(): void;
}

const nobody: ServiceManager = { ready: () => undefined, stopping: () => undefined };

/** @param clock paces the signs of life */
export function serviceManager(
  environment: ServiceEnvironment,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): ServiceManager {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog } = environment;
  if (socket === undefined || socket === '') return nobody;
  const watchdogUs = Number(watchdog ?? 0);
  let hasFailed = false;
  const say = (...words: string[]): void => {
    execFile('systemd-notify', words, { env: environment, timeout: 5_000 }, (error) => {
      if (error === null || hasFailed) return;
      hasFailed = true;
      logger.warn('systemd could not be told how the service is', { error: messageOf(error) });
    });
  };
  let alive: Timer | undefined;
  return {
    ready: () => {
      say('--ready');
      if (watchdogUs > 0) alive ??= clock.every(watchdogUs / 2, () => say('WATCHDOG=1'));
    },
    stopping: () => {
      alive?.stop();
      say('STOPPING=1');
    },
  };
}
