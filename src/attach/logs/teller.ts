/**
 * What another program says, told as lines of our protocol for one node: events of the fields that a pattern makes, counted,
 * behind a `hello`. It keeps what later patterns need of earlier ones. Used for logs and for OTLP alike.
 *
 * States: silent -> speaking (a `hello` was said), and silent again when the program began anew. Nothing throws on any value.
 * Memory: one text per kept name, and at most MOST_KEYS keys per memory, the oldest given up first.
 */
import { encodeEvent } from '../../events/encode.js';
import { schemaByType, type HelloEvent, type StreamEvent } from '../../events/vocabulary.js';
import type { Adapter, LinePattern } from './adapter.js';
import type { Scope, Value } from './expression.js';
import { fieldValue } from './field-value.js';
import type { Told } from './told.js';

/** What a program does not say of its node. */
export interface NodeFacts {
  readonly chain: string;
  readonly node: string;
  /** The id under which the node votes. */
  readonly validator?: string;
  /** The validators in the order of the program's rotation. */
  readonly validators?: readonly string[];
  readonly viewTimeoutUs?: number;
}

/** What a teller is told with. */
export interface TellerOptions {
  readonly rules: Pick<Adapter, 'protocol' | 'title' | 'rotation'>;
  readonly facts: NodeFacts;
  /** How coarse the program's clock is, where finer digits of a time are not its own. */
  readonly resolutionUs?: number;
  /** Names runs that have no name. */
  readonly door: string;
  /** What the line or record at hand holds under a name. */
  readonly line: Scope['line'];
  /** What the record at hand says of its own envelope, where it says any. */
  readonly stamp?: (name: 'seq' | 'weight' | 'mono_us') => Value;
}

/** What became of one line or record. */
export interface Telling {
  readonly lines: readonly string[];
  /** The first event that could not be told, and what it lacks; undefined where nothing is lacking. */
  readonly lack: string | undefined;
}

/** What later patterns need of earlier ones. */
export interface Facts {
  readonly kept: readonly (readonly [string, Value])[];
  /** By name, the newest keys of each. */
  readonly memories: readonly (readonly [string, readonly (readonly [string, Value])[]])[];
}

type Pattern = Pick<LinePattern, 'tells' | 'keep' | 'remember' | 'beginsRun'>;

const MOST_KEYS = 4096;
/** How far below a block an ancestor of known height is looked for. */
const MOST_STEPS = 64;
/** How many keys of a memory another teller is given: enough for blocks that are not committed yet. */
const HANDED_ON = 128;

/** Tells of one node. */
export class Teller {
  readonly #options: TellerOptions;
  readonly #kept = new Map<string, Value>();
  readonly #memories = new Map<string, Map<string, Value>>();
  readonly #sequences = new Map<string, number>();
  readonly #scope: Scope;
  #runs = 0;
  #said: HelloEvent | undefined;
  #lack: string | undefined;

  constructor(options: TellerOptions) {
    this.#options = options;
    this.#scope = {
      line: options.line,
      kept: (name) => this.#kept.get(name),
      recalled: (memory, key) => this.#memories.get(memory)?.get(String(key)),
      leader: (view) => this.#leader(view),
      height: (block) => this.#height(block),
    };
  }

  /** Tells what the line or record at hand holds. @param tsUs its time, microseconds since the Unix epoch */
  tell(pattern: Pattern, tsUs: number): Telling {
    const lines: string[] = [];
    this.#lack = undefined;
    if (pattern.beginsRun) this.#beginRun();
    for (const told of pattern.tells) {
      const line = this.#event(told, tsUs);
      if (line === undefined) continue;
      // Said before the first event of a run, so that a program that tells nothing is no node.
      if (this.#said === undefined) lines.push(this.#hello({}, tsUs));
      lines.push(line);
    }
    for (const { name, of } of pattern.keep) {
      const value = of(this.#scope);
      if (value === undefined || value === '') this.#kept.delete(name);
      else this.#kept.set(name, value);
    }
    for (const { memory, key, value } of pattern.remember)
      this.#remember(memory, key(this.#scope), value(this.#scope));
    return { lines, lack: this.#lack };
  }

  /** What another teller needs to go on. */
  facts(): Facts {
    const newest = (keys: ReadonlyMap<string, Value>) => [...keys].slice(-HANDED_ON);
    return {
      kept: [...this.#kept],
      memories: [...this.#memories].map(([name, keys]) => [name, newest(keys)] as const),
    };
  }

  /** Goes on where another stopped. What it tells is a run of its own. */
  recall({ kept, memories }: Facts): void {
    for (const [name, value] of kept) this.#kept.set(name, value);
    for (const [name, keys] of memories) for (const [key, value] of keys) this.#remember(name, key, value);
  }

  /** One event of ours, whole: what is no fact of the program's own, such as a metric. @returns its lines */
  state(
    type: string,
    body: Readonly<Record<string, unknown>>,
    tsUs: number,
    weight?: number,
  ): readonly string[] {
    const line = this.#encoded(type, weight === undefined ? body : { ...body, weight }, tsUs);
    if (line === undefined) return [];
    return this.#said === undefined ? [this.#hello({}, tsUs), line] : [line];
  }

  /** The `hello` once more, for a connection of its own; undefined while none was said. */
  helloAgain(tsUs: number): string | undefined {
    if (this.#said === undefined) return undefined;
    return encodeEvent({ ...this.#said, ts_us: tsUs, next_seq: Object.fromEntries(this.#sequences) });
  }

  #event({ type, fields }: Told, tsUs: number): string | undefined {
    const schema = schemaByType.get(type)!;
    const body: Record<string, unknown> = {};
    for (const { name, of } of fields) {
      const field = schema.fields[name]!;
      const value = fieldValue(of(this.#scope), field);
      if (value !== undefined) body[name] = value;
      // A hello lacks only what is known without it.
      else if (!field.optional && type !== 'hello') {
        this.#lack ??= `${type}.${name}`;
        return undefined;
      }
    }
    return type === 'hello' ? this.#restated(body, tsUs) : this.#encoded(type, body, tsUs);
  }

  #encoded(type: string, body: Readonly<Record<string, unknown>>, tsUs: number): string | undefined {
    const { domain } = schemaByType.get(type)!;
    const { facts } = this.#options;
    const seq = this.#stamped('seq') ?? this.#sequences.get(domain) ?? 0;
    const stamp = { node: facts.node, ts_us: tsUs, seq, weight: this.#stamped('weight') };
    const event = { type, ...stamp, mono_us: this.#stamped('mono_us'), ...body } as unknown as StreamEvent;
    try {
      const line = encodeEvent(event);
      this.#sequences.set(domain, seq + 1);
      return line;
    } catch (error) {
      // A value that our protocol refuses, such as a name of a thousand characters: it tells nothing.
      this.#lack ??= error instanceof Error ? `${type}.${error.message}` : type;
      return undefined;
    }
  }

  #stamped(name: 'seq' | 'weight' | 'mono_us'): number | undefined {
    const value = this.#options.stamp?.(name);
    return value === undefined || value === '' ? undefined : Number(value);
  }

  /** The program has started anew: what it tells next is counted from 0 again. */
  #beginRun(): void {
    this.#said = undefined;
    this.#sequences.clear();
  }

  /** A hello of the program's own. */
  #restated(body: Readonly<Record<string, unknown>>, tsUs: number): string | undefined {
    const { run, ...others } = body;
    const before = this.#said?.run;
    if (typeof run === 'string' && run !== before) this.#beginRun();
    try {
      this.#hello(typeof run === 'string' ? { ...others, run } : others, tsUs);
    } catch (error) {
      this.#lack ??= error instanceof Error ? `hello.${error.message}` : 'hello';
      return undefined;
    }
    return encodeEvent(this.#said!);
  }

  #hello(stated: Partial<HelloEvent>, tsUs: number): string {
    const { facts, rules, door, resolutionUs } = this.#options;
    const { chain, node, validator, validators, viewTimeoutUs } = facts;
    const hello: HelloEvent = {
      type: 'hello',
      node,
      ts_us: tsUs,
      chain,
      run: this.#said?.run ?? `${door}-${tsUs}-${++this.#runs}`,
      protocol: rules.protocol,
      ...(validators && { validators: validators.map((id) => ({ id, power: 1 })) }),
      ...(validator === undefined ? {} : { validator }),
      ...(viewTimeoutUs === undefined ? {} : { view_timeout_us: viewTimeoutUs }),
      software: rules.title,
      ...(resolutionUs === undefined ? {} : { ts_resolution_us: resolutionUs }),
      ...stated,
    };
    const line = encodeEvent(hello);
    this.#said = hello;
    return line;
  }

  #leader(view: Value): Value {
    const { rotation } = this.#options.rules;
    const validators = this.#options.facts.validators ?? [];
    const at = Number(view);
    if (!rotation || validators.length === 0 || !Number.isSafeInteger(at) || at < 0) return undefined;
    return validators[(at + rotation.offset) % validators.length];
  }

  #height(block: Value): Value {
    let at = block === undefined ? undefined : String(block);
    for (let steps = 0; at !== undefined && steps < MOST_STEPS; steps++) {
      const known = this.#memories.get('heights')?.get(at);
      if (known !== undefined) return Number(known) + steps;
      const parent = this.#memories.get('parents')?.get(at);
      at = parent === undefined ? undefined : String(parent);
    }
    return undefined;
  }

  #remember(memory: string, key: Value, value: Value): void {
    if (key === undefined || value === undefined) return;
    let keys = this.#memories.get(memory);
    if (!keys) this.#memories.set(memory, (keys = new Map<string, Value>()));
    keys.set(String(key), value);
    if (keys.size <= MOST_KEYS) return;
    const [oldest] = keys.keys();
    keys.delete(oldest!);
  }
}
