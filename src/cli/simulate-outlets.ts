/**
 * Where the events of simulated nodes go: over a socket to a sidecar, as any node would send them, and into a file that
 * misses nothing. Each process start of a node has hooks of its own, as each start of a real node has.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { EventLoss, NodeIdentity, SimulatedNodeHooks } from '../../simulator/main.js';
import type { EventTap, TapOrigin } from '../attach/hooks/event-tap.js';
import { helloLine } from '../attach/hooks/hello.js';
import type { Target } from '../attach/hooks/words.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { encoders } from '../events/encode.js';
import { domainNames } from '../events/vocabulary.js';
import { createHooks, ship, type Hooks, type Shipping } from '../hooks.js';
import { EventLines, LineAuthor, type TappedEvent } from './event-lines.js';

const CHUNK_BYTES = 262_144;

/** A file that lines are appended to. Writing is synchronous: a simulation has all the time there is. */
export class LineFile {
  readonly #file: number;
  readonly #chunk = targetOf(CHUNK_BYTES);
  readonly #lines = new EventLines(this.#chunk);
  #used = 0;

  /** @throws QuorumscopeError `attach.file` */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      const message = `cannot write ${path}: ${messageOf(error)}`;
      throw new QuorumscopeError('attach.file', 'configuration', message, {
        details: { path },
        cause: error,
      });
    }
  }

  /** @param line with its newline */
  write(line: string): void {
    const { bytes } = this.#chunk;
    const mostBytes = 3 * line.length;
    if (mostBytes > CHUNK_BYTES - this.#used) this.flush();
    if (mostBytes > CHUNK_BYTES) this.#writeOut(Buffer.from(line));
    else this.#used += bytes.write(line, this.#used);
  }

  /** Writes an event as the encoder would, but without a string in between. */
  writeEvent(author: LineAuthor, event: TappedEvent, weight: number | undefined): void {
    const opening = author.opening(event.plan);
    if (opening.room > CHUNK_BYTES - this.#used) this.flush();
    const end = weight === undefined ? this.#lines.put(this.#used, opening, event) : -1;
    if (end >= 0) {
      this.#used = end;
      return;
    }
    const { plan, tsUs, monoUs, seq, body } = event;
    this.write(`${encoders[plan.index]!(author.node, tsUs, monoUs, seq, weight, body)}\n`);
  }

  flush(): void {
    const used = this.#used;
    this.#used = 0;
    this.#lines.emptied();
    this.#writeOut(this.#chunk.bytes.subarray(0, used));
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #writeOut(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }
}

function targetOf(size: number): Target {
  // Filled with zeros: copies of words must never see bytes that are no text.
  const bytes = Buffer.alloc(size);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, size) };
}

/** Whether a line of a node, stamped so, is lost on its way. */
type LosesLine = (node: string, tsUs: number) => boolean;

/** What became of shipped events. */
export interface Shipped {
  readonly delivered: number;
  readonly dropped: number;
}

/** Makes hooks, and closes what they opened. */
export class Outlets {
  readonly #attach: string | undefined;
  readonly #events: LineFile | undefined;
  readonly #shippings: Shipping[] = [];
  readonly #losesFromFile: LosesLine;
  readonly #losesOnTheWay: LosesLine | undefined;

  /**
   * @param loss which lines reach neither file nor sidecar, drawn anew for each, so that both miss the same
   * @param startUs of virtual time, on the scale of the events
   */
  constructor(attach: string | undefined, events: LineFile | undefined, loss?: () => EventLoss, startUs = 0) {
    this.#attach = attach;
    this.#events = events;
    const losing = (): LosesLine | undefined => {
      const drawn = loss?.();
      return drawn?.none === false ? (node, tsUs) => drawn.loses(node, tsUs - startUs) : undefined;
    };
    this.#losesFromFile = losing() ?? (() => false);
    this.#losesOnTheWay = losing();
  }

  /** Whether anybody wants events; a silent simulation is faster. */
  get wanted(): boolean {
    return this.#attach !== undefined || this.#events !== undefined;
  }

  /** The hooks of one process start. */
  hooksFor(identity: NodeIdentity): SimulatedNodeHooks {
    const { life: _life, index: _index, ...facts } = identity;
    const hooks = createHooks(facts);
    const shipping =
      this.#attach === undefined ? undefined : ship(this.#losing(hooks), { address: this.#attach });
    if (shipping) this.#shippings.push(shipping);
    const file = this.#events;
    const untap = file ? hooks.attach((origin) => fileTap(file, origin, this.#losesFromFile)) : undefined;
    const close = (): void => {
      untap?.();
      void shipping?.close();
    };
    // Of one shape for all nodes, unlike objects that inherit from different ones.
    return Object.fromEntries([...Object.entries(hooks), ['close', close] as const]) as unknown as Hooks & {
      close: () => void;
    };
  }

  /** The hooks as a sidecar hears them that some of their lines never reach. */
  #losing(hooks: Hooks): Hooks {
    const loses = this.#losesOnTheWay;
    if (loses === undefined) return hooks;
    const attach: Hooks['attach'] = (open) =>
      hooks.attach((origin) => {
        const tap = open(origin);
        const { node } = origin.identity;
        return {
          hasRoom: (rank) => tap.hasRoom(rank),
          accept: (plan, tsUs, monoUs, seq, weight, body) => {
            if (!loses(node, tsUs)) tap.accept(plan, tsUs, monoUs, seq, weight, body);
          },
          refuse: (domain, reason) => tap.refuse(domain, reason),
          restate: (facts) => tap.restate(facts),
          lost: (reason) => tap.lost(reason),
        };
      });
    return { ...hooks, attach };
  }

  /** Delivers what is buffered, within the shippings' own deadlines. */
  async close(): Promise<Shipped> {
    await Promise.all(this.#shippings.map((shipping) => shipping.close()));
    this.#events?.close();
    const sum = (counts: Readonly<Record<string, number>>): number =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    let delivered = 0;
    let dropped = 0;
    for (const shipping of this.#shippings) {
      const stats = shipping.stats();
      delivered += sum(stats.delivered);
      dropped += sum(stats.dropped);
    }
    return { delivered, dropped };
  }
}

/** Writes every event with its node's name, because the lines of all nodes share the file. */
function fileTap(
  file: LineFile,
  { identity, facts, nextSeq, stamper }: TapOrigin,
  loses: LosesLine,
): EventTap {
  const { node } = identity;
  const author = new LineAuthor(node);
  const none = domainNames.map(() => 0);
  const hello = (now: TapOrigin['facts'], next: readonly number[]): void => {
    stamper.stamp();
    file.write(helloLine(node, now, next, stamper.tsUs, stamper.monoUs));
  };
  const placed = [...nextSeq];
  hello(facts, placed);
  return {
    hasRoom: () => true,
    accept: (plan, tsUs, monoUs, seq, weight, body) => {
      placed[plan.domain] = seq + 1;
      if (!loses(node, tsUs)) file.writeEvent(author, { plan, tsUs, monoUs, seq, body }, weight);
    },
    refuse: () => undefined,
    restate: (now) => hello(now, placed),
    lost: () => none,
  };
}
