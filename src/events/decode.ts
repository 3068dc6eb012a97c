/**
 * Lines to events. A line is one JSON object; decoding validates it against its schema and
 * fills in `node`. Nothing here throws on bad input: the verdict is in the decoder's fields.
 *
 * Three ways, each quicker than the next and none with a verdict of its own: the scanner reads
 * canonical lines; an acceptor takes what `JSON.parse` found when it needs no work; the interpreter
 * is the reference and judges the rest. A good line allocates nothing but its event.
 */
import { acceptorScope, acceptorSource } from './acceptor-source.js';
import { MAX_LINE_BYTES } from './envelope.js';
import { generate, type FunctionMaker } from './generate.js';
import { countUnknownFields, formOf, interpret, type RawLine } from './interpret.js';
import type { InvalidReason } from './problem.js';
import { generateScanFunctions, LineScanner, type ScanFunctions } from './scanner.js';
import type { StreamEvent } from './vocabulary.js';
import { wireForms, type WireForm } from './wire.js';

/** What became of a line. */
export type Verdict = 'event' | 'unknown' | 'invalid';

/** A type name is shown to people and kept as a sample; it may be as long as a line. */
const MAX_SHOWN = 256;

type Accept = (raw: RawLine, node: string | undefined, keys: { known: number }) => StreamEvent | undefined;

/** What is generated for decoding, shared by all decoders of a process. */
export interface DecodeFunctions {
  readonly scan: ScanFunctions;
  readonly accept: readonly Accept[];
}

/** Generates the functions, or undefined where code generation is not allowed. */
export function generateDecodeFunctions(make?: FunctionMaker): DecodeFunctions | undefined {
  const scan = generateScanFunctions(make);
  const source = `[\n${wireForms.map(acceptorSource).join(',\n')}\n]`;
  const accept = generate<readonly Accept[]>(source, acceptorScope, make);
  return scan === undefined || accept === undefined ? undefined : { scan, accept };
}

const generated = generateDecodeFunctions();

/** Decodes the lines of one stream. Read the fields after each `decode`. */
export class LineDecoder {
  /** The node that lines without `node` speak for; the owner sets it from `hello`. */
  node: string | undefined;
  /** Index in `schemas` of the last event. */
  index = -1;
  event: StreamEvent | undefined;
  reason: InvalidReason = 'not_json';
  /** For people: path, what was found, what was expected. */
  detail = '';
  /** Fields of the last event that its schema does not know: tolerated, counted. */
  unknownFields = 0;
  /** The type of a line of unknown type, cut to 256 characters. */
  unknownType = '';

  readonly #accept: readonly Accept[] | undefined;
  readonly #scanner: LineScanner | undefined;
  readonly #keys = { known: 0 };

  /** @param functions `'none'` to interpret everything */
  constructor(functions: DecodeFunctions | 'none' | undefined = generated) {
    if (functions === undefined || functions === 'none') return;
    this.#accept = functions.accept;
    this.#scanner = new LineScanner(functions.scan);
  }

  /** @param line one line without its newline */
  decode(line: string): Verdict {
    this.unknownFields = 0;
    const scanner = this.#scanner;
    if (scanner !== undefined) {
      this.event = scanner.scan(line, this.node);
      if (this.event !== undefined) {
        this.index = scanner.index;
        return 'event';
      }
    }
    return this.#parse(line);
  }

  /**
   * Decodes the line that begins at `start` if it is canonical.
   * @param bytes ASCII, whole lines from `start` on, followed by SLACK bytes of any kind
   * @returns where the next line begins, or -1 when the line has to be decoded as a text
   */
  decodeAt(bytes: Buffer, start: number): number {
    const scanner = this.#scanner;
    if (scanner === undefined) return -1;
    this.event = scanner.scanAt(bytes, start, this.node);
    if (this.event === undefined) return -1;
    this.unknownFields = 0;
    this.index = scanner.index;
    return scanner.next;
  }

  /** Keeps nothing of the bytes that were decoded in place. */
  letGo(): void {
    this.#scanner?.letGo();
  }

  #parse(line: string): Verdict {
    this.event = undefined;
    if (line.length > MAX_LINE_BYTES) return this.#invalid('oversize', `a line of ${line.length} characters`);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      return this.#invalid('not_json', (error as Error).message.slice(0, MAX_SHOWN));
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#invalid('not_an_object', 'expected one JSON object');
    }
    const raw = value as RawLine;
    const form = formOf(raw);
    if (typeof form === 'string') {
      this.unknownType = form.slice(0, MAX_SHOWN);
      return 'unknown';
    }
    if ('reason' in form) return this.#invalid(form.reason, form.detail);
    return this.#acceptOrInterpret(raw, form);
  }

  #acceptOrInterpret(raw: RawLine, form: WireForm): Verdict {
    const keys = this.#keys;
    const accepted = this.#accept?.[form.index]?.(raw, this.node, keys);
    if (accepted !== undefined) {
      this.event = accepted;
      this.unknownFields = Object.keys(raw).length - keys.known;
    } else {
      const interpreted = interpret(raw, form, this.node);
      if ('reason' in interpreted) return this.#invalid(interpreted.reason, interpreted.detail);
      this.event = interpreted.event as unknown as StreamEvent;
      this.unknownFields = countUnknownFields(raw, form);
    }
    this.index = form.index;
    return 'event';
  }

  #invalid(reason: InvalidReason, detail: string): Verdict {
    this.reason = reason;
    this.detail = detail;
    return 'invalid';
  }
}
