/**
 * Part of the composition: every door that the configuration names, opened after all that stands behind the intake: event
 * sockets, logs that are followed, pages that are scraped, OTLP. A door that fails to open fails the start, and what was
 * opened before it is closed with the rest.
 */
import { parseAddress } from './attach/address.js';
import type { OpenFeed } from './attach/feed.js';
import { listenSocket } from './attach/socket.js';
import type { Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { Intake } from './intake/intake.js';
import type { Board } from './metrics/board.js';

/** What doors are built with. */
export interface DoorRoom {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intake: Intake;
  /** For doors that may lose what finds no room. */
  readonly openFeed: OpenFeed;
}

/** Where producers find the sidecar; only what is open. */
export interface DoorAddresses {
  readonly socket?: string;
  readonly tcp?: string;
  /** `http://host:port` of OTLP. */
  readonly otlp?: string;
}

/** States: built -> open -> closed. */
export class Doors {
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #room: DoorRoom;

  constructor(room: DoorRoom) {
    this.#room = room;
  }

  /** Opens them all. @throws QuorumscopeError for what cannot be opened; then `close` closes what was */
  async open(config: Config): Promise<DoorAddresses> {
    const { socket, socketMode, tcp, otlp } = config.attach;
    const addresses = {
      ...(socket === null ? {} : { socket: await this.#listen('unix', socket, socketMode) }),
      ...(tcp === null ? {} : { tcp: await this.#listen('tcp', tcp, socketMode) }),
    };
    await this.#openLogs(config);
    await this.#openScrapers(config);
    if (otlp === null) return addresses;
    const { openOtlpDoor } = await import('./otlp.js');
    const door = await openOtlpDoor(otlp, config.chain.hello?.chain, this.#room);
    this.#opened.push(door);
    return { ...addresses, otlp: `http://${door.address}` };
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((door) => door.close()));
  }

  async #openLogs(config: Config): Promise<void> {
    if (config.attach.logs.length === 0) return;
    const { openLogs } = await import('./logs.js');
    this.#opened.push(...openLogs(config, this.#room.intake, this.#room));
  }

  async #openScrapers(config: Config): Promise<void> {
    if (config.attach.scrape.length === 0) return;
    const { scrapersOf } = await import('./scraping.js');
    const scrapers = scrapersOf(config, this.#room);
    this.#opened.push(...scrapers);
    this.#room.intake.declareDoor('scrape');
    for (const scraper of scrapers) scraper.start();
  }

  async #listen(kind: 'unix' | 'tcp', place: string, mode: number): Promise<string> {
    const { intake, openFeed, logger } = this.#room;
    intake.declareDoor(kind);
    const door = await listenSocket({ address: parseAddress(place), mode, openFeed, logger });
    this.#opened.push(door);
    return door.address;
  }
}
