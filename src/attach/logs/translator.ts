/**
 * Lines of a program's log to lines of our protocol, by an adapter. What comes out begins with a `hello` and can be
 * written into any feed; counting, validation and meaning are the intake's, as for every other producer.
 *
 * Every line is counted once: matched, ignored (of no kind that the adapter knows), foreign (of another node in the
 * same log) or failed (it begins like a known kind and is none: the format has changed). A matched line of which a
 * needed fact is not known tells nothing and is counted as untold too. Nothing throws on any line.
 */
import type { Adapter, LinePattern } from './adapter.js';
import type { Value } from './expression.js';
import { statedEvent } from './generic.js';
import { Teller, type Facts, type NodeFacts } from './teller.js';
import type { Caught } from './template.js';
import { parseTime } from './time.js';

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
export interface Memory extends Facts {
  readonly lastUs: number;
}

/** The name under which lines are counted that are no text. */
const NO_TEXT = 'no text';
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
  readonly #teller: Teller;
  #caught: Caught = {};
  #json: Readonly<Record<string, unknown>> | undefined;
  #lastUs = 0;

  /**
   * @param arrivedUs the moment at which the current line came, microseconds since the Unix epoch; none for a log that
   * was written before
   */
  constructor(adapter: Adapter, facts: NodeFacts, arrivedUs?: () => number) {
    this.#adapter = adapter;
    this.#facts = facts;
    this.#arrivedUs = arrivedUs;
    this.#teller = new Teller({
      rules: adapter,
      facts,
      door: 'log',
      line: (name) => this.#field(name),
      ...(adapter.time.isCoarse ? { resolutionUs: SECOND_US } : {}),
    });
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
    return { ...this.#teller.facts(), lastUs: this.#lastUs };
  }

  /** Goes on where another stopped. What it tells is a run of its own. */
  recall({ lastUs, ...facts }: Memory): void {
    this.#teller.recall(facts);
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
    const { lines, lack } = this.#teller.tell(pattern, this.#timeUs());
    if (lack !== undefined) this.counts.untold++;
    return lines;
  }

  /** The line's own time, where it has one that is usable; never before the line before it. */
  #timeUs(): number {
    const { field, form, isCoarse } = this.#adapter.time;
    const arrivedUs = this.#arrivedUs?.();
    const printedUs = parseTime(form, this.#field(field));
    if (isCoarse && printedUs !== undefined) this.#lastUs = withinSecond(printedUs, arrivedUs, this.#lastUs);
    else this.#lastUs = Math.max(this.#lastUs, printedUs ?? arrivedUs ?? 0);
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
}

const SECOND_US = 1_000_000;
/** The end of a second is left to lines that come after it has passed, so that these keep their order too. */
const LATEST_US = 900_000;

/**
 * The moment of a line that prints whole seconds. Which second it is the log says, whenever the line comes; where in it,
 * the arrival. Lines of one second differ, so that their order is known also where nobody saw them come.
 */
function withinSecond(printedUs: number, arrivedUs: number | undefined, lastUs: number): number {
  // A clock that was set back: time stands still until the log catches up.
  const secondUs = Math.max(printedUs, lastUs - (lastUs % SECOND_US));
  const inSecondUs = Math.min(Math.max((arrivedUs ?? 0) - secondUs, 0), LATEST_US);
  return Math.min(Math.max(secondUs + inSecondUs, lastUs + 1), secondUs + SECOND_US - 1);
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
