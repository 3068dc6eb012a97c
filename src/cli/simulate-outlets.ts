/**
 * Where the events of simulated nodes go: over a socket to a sidecar, as any node would send them, and into a file that
 * misses nothing. Each process start of a node has hooks of its own, as each start of a real node has.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { NodeIdentity, SimulatedNodeHooks } from '../../simulator/main.js';
import type { EventTap, TapOrigin } from '../attach/hooks/event-tap.js';
import { helloLine } from '../attach/hooks/hello.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { encoders } from '../events/encode.js';
import { domainNames } from '../events/vocabulary.js';
import { createHooks, ship, type Hooks, type Shipping } from '../hooks.js';

/** A file that lines are appended to. Writing is synchronous: a simulation has all the time there is. */
export class LineFile {
  readonly #file: number;
  #buffered: string[] = [];
  #size = 0;

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
    this.#buffered.push(line);
    this.#size += line.length;
    if (this.#size > 65_536) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.#buffered.join(''));
    this.#buffered = [];
    this.#size = 0;
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

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

  constructor(attach: string | undefined, events: LineFile | undefined) {
    this.#attach = attach;
    this.#events = events;
  }

  /** Whether anybody wants events; a silent simulation is faster. */
  get wanted(): boolean {
    return this.#attach !== undefined || this.#events !== undefined;
  }

  /** The hooks of one process start. */
  hooksFor(identity: NodeIdentity): SimulatedNodeHooks {
    const { life: _life, index: _index, ...facts } = identity;
    const hooks = createHooks(facts);
    const shipping = this.#attach === undefined ? undefined : ship(hooks, { address: this.#attach });
    if (shipping) this.#shippings.push(shipping);
    const file = this.#events;
    const untap = file ? hooks.attach((origin) => fileTap(file, origin)) : undefined;
    const close = (): void => {
      untap?.();
      void shipping?.close();
    };
    return Object.assign(Object.create(hooks) as Hooks, { close });
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
function fileTap(file: LineFile, { identity, facts, nextSeq, stamper }: TapOrigin): EventTap {
  const { node } = identity;
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
      file.write(`${encoders[plan.index]!(node, tsUs, monoUs, seq, weight, body)}\n`);
    },
    refuse: () => undefined,
    restate: (now) => hello(now, placed),
    lost: () => none,
  };
}
