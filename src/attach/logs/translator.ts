/**
 * Lines of a program's log to lines of our protocol, by an adapter. What comes out begins with a `hello` and can be
 * written into any feed; counting, validation and meaning are the intake's, as for every other producer.
 *
 * Every line is counted once: matched, ignored (of no kind that the adapter knows), foreign (of another node in the
 * same log) or failed (it begins like a known kind and is none: the format has changed). A matched line of which a
 * needed fact is not known tells nothing and is counted as untold too. Nothing throws on any line.
 *
 * Memory: one text per kept name, and at most MOST_KEYS keys per memory, the oldest given up first.
 */
import type { HelloEvent } from '../../events/vocabulary.js';
import { schemaByType } from '../../events/vocabulary.js';
import { encodeEvent } from '../../events/encode.js';
import type { Field } from '../../events/schema.js';
import type { StreamEvent } from '../../events/vocabulary.js';
import type { Adapter, LinePattern } from './adapter.js';
import type { Scope, Value } from './expression.js';
import { statedEvent } from './generic.js';
import type { Caught } from './template.js';
import type { Told } from './told.js';
import { parseTime } from './time.js';

/** What the log does not say of the node. */
export interface NodeFacts {
  readonly chain: string;
  readonly node: string;
  /** The id under which the node votes. */
  readonly validator?: string;
  /** The validators in the order of the program's rotation. */
  readonly validators?: readonly string[];
  readonly viewTimeoutUs?: number;
}

/** What became of the lines. */
export interface LineCounts {
  matched: number;
  ignored: number;
  foreign: number;
  failed: number;
  /** Matched, but a needed fact was not known. */
  untold: number;
  /** Failed lines by the pattern that they began like. */
  readonly drift: Map<string, number>;
}

/** What one line became, for people. */
export interface LineVerdict {
  readonly was: 'matched' | 'ignored' | 'foreign' | 'failed';
  readonly pattern: string | undefined;
  readonly told: readonly string[];
}

/** What a translator remembers of the lines before, for one that goes on behind them. */
export interface Memory {
  readonly kept: readonly (readonly [string, Value])[];
  /** By name, the newest keys of each. */
  readonly memories: readonly (readonly [string, readonly (readonly [string, Value])[]])[];
  readonly lastUs: number;
}

/** The name under which lines are counted that are no text. */
const NO_TEXT = 'no text';
const MOST_KEYS = 4096;
/** How far below a block an ancestor of known height is looked for. */
const MOST_STEPS = 64;
/** How many keys of a memory another translator is given: enough for blocks that are not committed yet. */
const HANDED_ON = 128;
const STATED: LinePattern = {
  name: 'stated',
  literal: '',
  message: undefined,
  when: [],
  tells: [],
  keep: [],
  remember: [],
  beginsRun: false,
};
const IGNORED: LineVerdict = { was: 'ignored', pattern: undefined, told: [] };
const FOREIGN: LineVerdict = { was: 'foreign', pattern: undefined, told: [] };

/** Translates the log of one node. */
export class LogTranslator {
  readonly counts: LineCounts = {
    matched: 0,
    ignored: 0,
    foreign: 0,
    failed: 0,
    untold: 0,
    drift: new Map(),
  };
  readonly #adapter: Adapter;
  readonly #facts: NodeFacts;
  readonly #arrivedUs: (() => number) | undefined;
  readonly #kept = new Map<string, Value>();
  readonly #memories = new Map<string, Map<string, Value>>();
  readonly #sequences = new Map<string, number>();
  readonly #scope: Scope;
  #caught: Caught = {};
  #json: Readonly<Record<string, unknown>> | undefined;
  #runs = 0;
  #hasRun = false;
  #lastUs = 0;

  /**
   * @param arrivedUs the moment at which the current line came, microseconds since the Unix epoch; none for a log that
   * was written before
   */
  constructor(adapter: Adapter, facts: NodeFacts, arrivedUs?: () => number) {
    this.#adapter = adapter;
    this.#facts = facts;
    this.#arrivedUs = arrivedUs;
    this.#scope = {
      line: (name) => this.#field(name),
      kept: (name) => this.#kept.get(name),
      recalled: (memory, key) => this.#memories.get(memory)?.get(String(key)),
      leader: (view) => this.#leader(view),
      height: (block) => this.#height(block),
    };
  }

  /** Translates one line; what it tells is returned as lines of our protocol. */
  line(text: string): LineVerdict {
    const verdict = this.#translate(withoutColours(text));
    this.counts[verdict.was]++;
    if (verdict.was === 'failed')
      this.counts.drift.set(verdict.pattern!, (this.counts.drift.get(verdict.pattern!) ?? 0) + 1);
    return verdict;
  }

  /** Counts a line that is no text. */
  noLine(): void {
    this.counts.failed++;
    this.counts.drift.set(NO_TEXT, (this.counts.drift.get(NO_TEXT) ?? 0) + 1);
  }

  /** What another translator needs to go on. */
  memory(): Memory {
    const newest = (keys: ReadonlyMap<string, Value>) => [...keys].slice(-HANDED_ON);
    return {
      kept: [...this.#kept],
      memories: [...this.#memories].map(([name, keys]) => [name, newest(keys)] as const),
      lastUs: this.#lastUs,
    };
  }

  /** Goes on where another stopped. What it tells is a run of its own. */
  recall({ kept, memories, lastUs }: Memory): void {
    for (const [name, value] of kept) this.#kept.set(name, value);
    for (const [name, keys] of memories) for (const [key, value] of keys) this.#remember(name, key, value);
    this.#lastUs = lastUs;
  }

  #translate(text: string): LineVerdict {
    const { patterns } = this.#adapter;
    let message: string | undefined;
    let suspect: string | undefined;
    for (const pattern of patterns) {
      if (!text.includes(pattern.literal)) continue;
      if (message === undefined) {
        const problem = this.#open(text);
        if (problem === 'foreign') return FOREIGN;
        if (problem === 'no line') return { was: 'failed', pattern: pattern.name, told: [] };
        message = this.#caught['message'] ?? '';
      }
      const fit = this.#fits(pattern, message);
      if (fit === 'matched') return { was: 'matched', pattern: pattern.name, told: this.#told(pattern) };
      if (fit === 'alike') suspect ??= pattern.name;
    }
    const stated = this.#stated(text, message !== undefined);
    if (stated) return stated;
    return suspect === undefined ? IGNORED : { was: 'failed', pattern: suspect, told: [] };
  }

  /** Takes the line apart as far as all kinds have it in common. */
  #open(text: string): 'foreign' | 'no line' | undefined {
    const { framing, line, own } = this.#adapter;
    this.#caught = {};
    this.#json = undefined;
    if (line && !line.match(text, this.#caught)) return 'no line';
    if (framing !== 'text') {
      const from = framing === 'json' ? 0 : text.indexOf('{"');
      this.#json = from < 0 ? undefined : parseObject(text.slice(from));
      if (!this.#json) return 'no line';
    }
    const { validator } = this.#facts;
    if (own && validator !== undefined && this.#field(own.field) !== `${own.prefix}${validator}`)
      return 'foreign';
    return undefined;
  }

  #fits(pattern: LinePattern, message: string): 'matched' | 'alike' | undefined {
    for (const { path, is } of pattern.when) if (String(this.#field(path)) !== is) return undefined;
    const template = pattern.message;
    if (!template || template.match(message, this.#caught)) return 'matched';
    return template.head !== '' && message.startsWith(template.head) ? 'alike' : undefined;
  }

  /** An event that the program states itself, by its own name. */
  #stated(text: string, isOpen: boolean): LineVerdict | undefined {
    const { generic } = this.#adapter;
    if (!generic || (!isOpen && this.#open(text) !== undefined)) return undefined;
    const told = statedEvent(generic, (path) => this.#field(path));
    if (!told) return undefined;
    const pattern = { ...STATED, tells: [told] };
    return { was: 'matched', pattern: told.type, told: this.#told(pattern) };
  }

  #told(pattern: LinePattern): readonly string[] {
    const tsUs = this.#timeUs();
    const lines: string[] = [];
    if (pattern.beginsRun) this.#beginRun();
    let known = true;
    for (const told of pattern.tells) {
      const line = this.#event(told, tsUs);
      if (line === undefined) known = false;
      else lines.push(line);
    }
    if (lines.length > 0 && !this.#hasRun) lines.unshift(this.#hello(tsUs));
    if (!known) this.counts.untold++;
    for (const { name, of } of pattern.keep) {
      const value = of(this.#scope);
      if (value === undefined || value === '') this.#kept.delete(name);
      else this.#kept.set(name, value);
    }
    for (const { memory, key, value } of pattern.remember)
      this.#remember(memory, key(this.#scope), value(this.#scope));
    return lines;
  }

  #event({ type, fields }: Told, tsUs: number): string | undefined {
    const schema = schemaByType.get(type)!;
    const body: Record<string, unknown> = {};
    for (const { name, of } of fields) {
      const field = schema.fields[name]!;
      const value = converted(of(this.#scope), field);
      if (value !== undefined) body[name] = value;
      else if (!field.optional) return undefined;
    }
    const seq = this.#sequences.get(schema.domain) ?? 0;
    const event = { type, node: this.#facts.node, ts_us: tsUs, seq, ...body } as unknown as StreamEvent;
    try {
      const line = encodeEvent(event);
      this.#sequences.set(schema.domain, seq + 1);
      return line;
    } catch {
      // A value that our protocol refuses, such as a name of a thousand characters: the line tells nothing.
      return undefined;
    }
  }

  /** The program has started anew: what it tells next is counted from 0 again. */
  #beginRun(): void {
    this.#hasRun = false;
    this.#sequences.clear();
  }

  /** Said before the first event of a run, so that a log that tells nothing is no node. */
  #hello(tsUs: number): string {
    const { chain, node, validator, validators, viewTimeoutUs } = this.#facts;
    this.#hasRun = true;
    const hello: HelloEvent = {
      type: 'hello',
      node,
      ts_us: tsUs,
      chain,
      run: `log-${tsUs}-${++this.#runs}`,
      protocol: this.#adapter.protocol,
      ...(validators && { validators: validators.map((id) => ({ id, power: 1 })) }),
      ...(validator === undefined ? {} : { validator }),
      ...(viewTimeoutUs === undefined ? {} : { view_timeout_us: viewTimeoutUs }),
      software: this.#adapter.title,
    };
    return encodeEvent(hello);
  }

  /** The line's own time, where it has one that is usable; never before the line before it. */
  #timeUs(): number {
    const { field, form, isCoarse } = this.#adapter.time;
    const arrivedUs = this.#arrivedUs?.();
    const printedUs = isCoarse && arrivedUs !== undefined ? arrivedUs : parseTime(form, this.#field(field));
    this.#lastUs = Math.max(this.#lastUs, printedUs ?? arrivedUs ?? 0);
    return this.#lastUs;
  }

  #field(name: string): Value {
    const caught = this.#caught[name];
    if (caught !== undefined) return caught;
    if (!this.#json) return undefined;
    if (Object.hasOwn(this.#json, name)) return plain(this.#json[name]);
    let found: unknown = this.#json;
    for (const part of name.split('.')) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
      found = (found as Readonly<Record<string, unknown>>)[part];
    }
    return plain(found);
  }

  #leader(view: Value): Value {
    const { rotation } = this.#adapter;
    const validators = this.#facts.validators ?? [];
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

/** What a field holds; lists stay lists, anything nested becomes its text. */
function plain(found: unknown): Value {
  if (found === null) return undefined;
  if (Array.isArray(found) || typeof found !== 'object') return found as Value;
  return JSON.stringify(found);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null && !Array.isArray(found)
      ? (found as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A value as the field of an event takes it. */
function converted(value: Value, { kind }: Field): unknown {
  if (value === undefined || value === '') return undefined;
  switch (kind) {
    case 'uint':
    case 'uint64':
    case 'int':
    case 'number':
    case 'duration': {
      const number = Number(value);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'ids':
      if (Array.isArray(value)) return value.map(String);
      return typeof value === 'string' ? value.split(/[\s,]+/).filter((id) => id !== '') : undefined;
    case 'id':
    case 'text':
    case 'enum':
      return String(value);
    case 'bool':
      return value === true || value === 'true';
    default:
      return undefined;
  }
}

const ESCAPE = '\u001b[';

/** The text without the terminal's colour codes. */
function withoutColours(text: string): string {
  let at = text.indexOf(ESCAPE);
  if (at < 0) return text;
  let plain = '';
  let from = 0;
  for (; at >= 0; at = text.indexOf(ESCAPE, from)) {
    plain += text.slice(from, at);
    from = at + ESCAPE.length;
    while (from < text.length && '0123456789;'.includes(text[from]!)) from++;
    from++;
  }
  return plain + text.slice(from);
}
