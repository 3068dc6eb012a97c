/**
 * Reads canonical lines with functions generated from the schemas. Says "undefined" to everything
 * else, and to everything where the process forbids code generation.
 *
 * One scanner per stream: it remembers the strings of its stream.
 */
import { generate, type FunctionMaker } from './generate.js';
import { LineReader, MAX_SCANNED } from './line-reader.js';
import { headSource, scannerSource } from './scanner-source.js';
import type { StreamEvent } from './vocabulary.js';
import { wireForms } from './wire.js';

type Scan = (reader: LineReader, node: string | undefined) => StreamEvent | undefined;

interface IndexedScan {
  readonly index: number;
  readonly scan: Scan;
}

/** What is generated: one function for the beginning of a line, one per event type for the rest. */
export interface ScanFunctions {
  readonly readHead: (reader: LineReader) => boolean;
  readonly byType: ReadonlyMap<string, IndexedScan>;
}

/** Generates the functions, or undefined where code generation is not allowed. */
export function generateScanFunctions(make?: FunctionMaker): ScanFunctions | undefined {
  const scans = generate<readonly Scan[]>(`[\n${wireForms.map(scannerSource).join(',\n')}\n]`, {}, make);
  const readHead = generate<ScanFunctions['readHead']>(headSource(), {}, make);
  if (scans === undefined || readHead === undefined) return undefined;
  const byType = new Map(
    wireForms.map(({ schema, index }) => [schema.type, { index, scan: scans[index]! }] as const),
  );
  return { readHead, byType };
}

/** Reads the canonical lines of one stream. */
export class LineScanner {
  /** Index in `schemas` of the event that `scan` returned last. */
  index = -1;
  readonly #reader = new LineReader();
  readonly #functions: ScanFunctions;

  constructor(functions: ScanFunctions) {
    this.#functions = functions;
  }

  /**
   * The event, or undefined when the line is not plainly canonical.
   * @param node the node that a line without `node` speaks for
   */
  scan(line: string, node: string | undefined): StreamEvent | undefined {
    const reader = this.#reader;
    if (!reader.load(line)) return undefined;
    const event = this.#read(reader, node);
    // A newline within the line is none of its end.
    return reader.at === line.length + 1 ? event : undefined;
  }

  /**
   * The event of the line that begins at `start`, or undefined when it is not plainly canonical. `next` is
   * where the following line begins then.
   * @param bytes ASCII, whole lines from `start` on, followed by SLACK bytes of any kind
   */
  scanAt(bytes: Buffer, start: number, node: string | undefined): StreamEvent | undefined {
    const reader = this.#reader;
    reader.open(bytes);
    reader.at = start;
    const event = this.#read(reader, node);
    return reader.at - start <= MAX_SCANNED ? event : undefined;
  }

  /** Where the line after the last one begins. */
  get next(): number {
    return this.#reader.at;
  }

  /** Keeps nothing of the bytes that it has read. */
  letGo(): void {
    this.#reader.letGo();
  }

  #read(reader: LineReader, node: string | undefined): StreamEvent | undefined {
    if (!this.#functions.readHead(reader)) return undefined;
    const type = reader.id();
    if (type === undefined) return undefined;
    const scan = this.#functions.byType.get(type);
    if (scan === undefined) return undefined;
    this.index = scan.index;
    return scan.scan(reader, node);
  }
}
