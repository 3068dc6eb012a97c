/**
 * What a sidecar sees that is attached to one node only: a second pipeline in the same process, fed with the lines of the
 * first node that says hello and with nothing else. It has no doors, no port and no disk.
 */
import type { Clock } from '../../base/clock.js';
import { silentLogger } from '../../base/logger.js';
import type { Feed } from '../../attach/feed.js';
import type { Config } from '../../config/sections.js';
import type { ConsensusListeners } from '../../domains/consensus/watch.js';
import { stampNode } from '../../intake/node-stamp.js';
import type { Speaking, Tap } from '../../intake/tap.js';
import { createSidecar, type Sidecar } from '../../sidecar.js';
import { NetworkWatch } from './network-watch.js';
import { watchDomain } from './watch-domain.js';

/** The eyes of one node. */
export class OneNode implements Tap {
  readonly watch = new NetworkWatch();
  readonly #sidecar: Sidecar;
  #node: string | undefined;
  #feed: Feed | undefined;

  constructor(config: Config, clock: Clock, consensus: ConsensusListeners) {
    const alone = { ...config, data: { dir: null }, attach: { ...config.attach, record: null } };
    this.#sidecar = createSidecar(alone, {
      clock,
      logger: silentLogger,
      serve: false,
      extraDomains: [watchDomain(this.watch)],
      consensus,
    });
  }

  /** The node that is looked through; undefined before one is attached. */
  get node(): string | undefined {
    return this.#node;
  }

  start(): Promise<void> {
    return this.#sidecar.start();
  }

  line(line: string, speaking: Speaking | undefined): void {
    if (speaking === undefined) return;
    this.#node ??= speaking.hello.node;
    if (speaking.hello.node !== this.#node) return;
    this.#feed ??= this.#sidecar.openFeed({ door: 'demo', peer: this.#node });
    this.#feed.write(Buffer.from(`${stampNode(line, this.#node)}\n`));
  }

  hello(line: string, speaking: Speaking): void {
    this.line(line, speaking);
  }

  /** Whether the node is still attached to the first pipeline: a tap does not hear connections end. */
  follow(isConnected: boolean): void {
    if (isConnected) return;
    this.#feed?.end();
    this.#feed = undefined;
  }

  stop(): Promise<void> {
    return this.#sidecar.stop();
  }
}
