/**
 * A chain under test: nodes that say what a test makes them say, and the board that shows it. Events go
 * through the registry by index, as the intake gives them; time moves only when a test moves it.
 */
import { ManualClock } from '../../../src/base/clock.js';
import { DomainRegistry, type DomainRegistryOptions } from '../../../src/domains/registry.js';
import {
  schemas,
  type DomainEvent,
  type DomainName,
  type EventMap,
  type EventType,
  type HelloEvent,
} from '../../../src/events/vocabulary.js';
import { Board, type BoardOptions } from '../../../src/metrics/board.js';

export const SECOND = 1_000_000;
export const WINDOW = 60 * SECOND;

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

type Body<T extends EventType> = Omit<EventMap[T], 'type' | 'node' | 'ts_us' | 'seq'>;
type Said = Partial<Pick<DomainEvent, 'ts_us' | 'mono_us' | 'weight'>>;

/** Four validators with ids longer than labels. */
export const validators = ['alpha', 'beta', 'gamma', 'delta'].map((name) => ({
  id: `${name}-0123456789abcdef`,
  power: 1,
  name,
}));

/** One node under test. */
export class TestNode {
  readonly #stream: TestStream;
  readonly #hello: HelloEvent;
  #dispatch;
  #seq = 0;

  constructor(stream: TestStream, hello: HelloEvent) {
    this.#stream = stream;
    this.#hello = hello;
    this.#dispatch = stream.registry.attach(hello);
  }

  /** States an event now, or at the time that `body` says. */
  say<T extends EventType>(type: T, body: Body<T> & Said): void {
    const event = {
      type,
      node: this.#hello.node,
      ts_us: this.#stream.clock.nowUs(),
      seq: this.#seq++,
      ...body,
    } as unknown as DomainEvent;
    this.#dispatch.dispatch(indexByType.get(type) ?? -1, event);
  }

  gap(domain: DomainName, missing = 1): void {
    this.#dispatch.gap(domain, missing);
  }

  /** Says hello again, with changes. */
  hello(changes: Partial<HelloEvent> = {}): void {
    this.#dispatch.hello({ ...this.#hello, ...changes });
  }

  detach(): void {
    this.#dispatch.detach();
  }

  reattach(changes: Partial<HelloEvent> = {}): void {
    this.#dispatch = this.#stream.registry.attach({ ...this.#hello, ...changes });
  }
}

/** Chains, their nodes and the board. */
export class TestStream {
  readonly clock = new ManualClock();
  readonly board: Board;
  readonly registry: DomainRegistry;

  constructor(options: Partial<DomainRegistryOptions> & { board?: Board } = {}, board: BoardOptions = {}) {
    this.board = options.board ?? new Board(board);
    this.registry = new DomainRegistry({
      clock: this.clock,
      windowUs: WINDOW,
      ...options,
      board: this.board,
    });
  }

  node(node = 'n1', changes: Partial<HelloEvent> = {}): TestNode {
    return new TestNode(this, {
      type: 'hello',
      node,
      ts_us: this.clock.nowUs(),
      chain: 'main',
      run: 'run-1',
      validators,
      ...changes,
    });
  }

  /** Lets `seconds` pass, ticking every second. */
  pass(seconds: number, each?: (second: number) => void): void {
    for (let second = 0; second < seconds; second++) {
      each?.(second);
      this.clock.advance(SECOND);
      this.registry.tick(this.clock.nowUs());
    }
  }

  /** The value of a counter or gauge; of a histogram its count. Undefined while the series is absent. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.#read(name, labels)?.at(0);
  }

  /** The sum of a histogram. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.#read(name, labels)?.at(1);
  }

  /** Label sets of the live series of a metric. */
  series(name: string): Record<string, string>[] {
    const family = this.board.families().find(({ definition }) => definition.name === name);
    return (family?.series ?? []).map(({ definition, labelValues }) =>
      Object.fromEntries(definition.labels.map((label, i) => [label, labelValues[i] ?? ''])),
    );
  }

  /** Everything on the board, by metric: label sets with their slots. */
  contents(): Map<string, string> {
    const values = this.board.snapshot().values;
    return new Map(
      this.board.families().map(({ definition, series }) => [
        definition.name,
        series
          .map(({ labelValues, slot, width }) =>
            JSON.stringify([labelValues, [...values.slice(slot, slot + width)]]),
          )
          .sort()
          .join('\n'),
      ]),
    );
  }

  /** [value] of a counter or gauge, [count, sum] of a histogram or summary. */
  #read(name: string, labels: Readonly<Record<string, string>>): number[] | undefined {
    this.board.refresh();
    const family = this.board.families().find(({ definition }) => definition.name === name);
    const found = (family?.series ?? []).filter(({ definition, labelValues }) =>
      Object.entries(labels).every(
        ([label, value]) => labelValues[definition.labels.indexOf(label)] === value,
      ),
    );
    if (found.length > 1)
      throw new Error(`${name} has ${found.length} series with ${JSON.stringify(labels)}`);
    const [series] = found;
    if (!series) return undefined;
    const slots = [...this.board.slots.values.slice(series.slot, series.slot + series.width)];
    if (series.definition.kind === 'histogram') {
      return [slots.slice(0, -1).reduce((sum, count) => sum + count, 0), slots.at(-1)!];
    }
    return series.definition.kind === 'summary' ? [slots.at(-1)!, slots.at(-2)!] : slots;
  }
}
