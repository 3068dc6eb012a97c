/**
 * The HTTP face of the sidecar: the main port with everything, and for pod networks a second one with metrics and
 * probes alone. What is asked is answered by injected handlers; nothing is kept here.
 */
import type { Logger } from '../base/logger.js';
import type { Handlers } from './handlers.js';
import { Listener, type ListenOn } from './listener.js';
import { Router } from './router.js';
import { createRoutes } from './routes.js';

/** Settings and ports of the server. */
export interface ServerOptions {
  readonly listen: ListenOn;
  /** Second port with `/metrics`, `/livez` and `/readyz` only. */
  readonly telemetryListen?: ListenOn | null;
  /** Skip the check of the `Host` header: other machines may come. */
  readonly insecure: boolean;
  readonly version: string;
  readonly logger: Logger;
  readonly handlers: Handlers;
  /** How long requests may go on after `close` is called. Default 2,000. */
  readonly closeDeadlineMs?: number;
}

/** Where it listens, as `host:port` with the real port. */
export interface ServerAddresses {
  readonly address: string;
  readonly telemetry?: string;
}

/** An HTTP server that is not yet, now, or no longer open. */
export interface HttpServer {
  /**
   * Opens the ports; when the second fails the first is closed again.
   * @throws QuorumscopeError `server.listen`
   */
  listen(): Promise<ServerAddresses>;
  /** Takes no more requests and lets running ones end within the deadline. May be called twice. */
  close(): Promise<void>;
}

/** Builds the server; nothing is opened yet. */
export function createServer(options: ServerOptions): HttpServer {
  const { version, handlers, logger, insecure, telemetryListen, closeDeadlineMs = 2_000 } = options;
  const routes = createRoutes(version, handlers);
  const open = { logger, anyHost: insecure };
  const main = new Listener({ ...open, listen: options.listen, router: new Router(routes) });
  const telemetry = telemetryListen
    ? new Listener({
        ...open,
        listen: telemetryListen,
        router: new Router(routes.filter((route) => route.telemetry)),
      })
    : undefined;
  const close = async (): Promise<void> => {
    await Promise.all([main.close(closeDeadlineMs), telemetry?.close(closeDeadlineMs)]);
  };
  const listen = async (): Promise<ServerAddresses> => {
    const address = show(await main.open());
    if (!telemetry) return { address };
    try {
      return { address, telemetry: show(await telemetry.open()) };
    } catch (error) {
      await close();
      throw error;
    }
  };
  return { listen, close };
}

function show({ host, port }: ListenOn): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
