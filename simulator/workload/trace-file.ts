/**
 * Reads a trace of transactions from a file: CSV with a header, or one JSON object a line. Problems are told all at once,
 * the first twenty of them, each with file and line, what was found and what was expected. A file may have
 * `TRACE_FILE_LIMIT` bytes and `TRACE_LIMIT` transactions; larger ones are refused, never read in part.
 *
 *   at_us,sender,bytes,contract,fuel,fee            {"at_us":1500,"sender":"alice","bytes":512}
 *   1500,alice,512,token,,7                         {"at_us":1800,"contract":"exchange","fuel":118000}
 *
 * `at_us` is needed, whole microseconds from the start of the run, never less than in the line before; all else may be
 * absent or empty. Empty lines count as lines and say nothing.
 */
import { readFileSync, statSync } from 'node:fs';
import { messageOf, QuorumscopeError } from '../../src/base/errors.js';
import { contractNames } from './contract-models.js';
import { TRACE_LIMIT, TransactionTrace, type TracedTransaction } from './transaction-trace.js';

/** The largest file that is read. */
export const TRACE_FILE_LIMIT = 64 * 1024 * 1024;

const SHOWN = 20;

/** The fields of a transaction by their names in files. */
const fields = {
  at_us: whole('atUs', 0, Number.MAX_SAFE_INTEGER, 'whole microseconds from the start of the run'),
  bytes: whole('bytes', 1, 1_048_576, 'a whole number from 1 to 1,048,576'),
  fuel: whole('fuel', 1, 1_000_000_000, 'a whole number from 1 to 1,000,000,000'),
  fee: whole('fee', 0, 1_000_000_000, 'a whole number from 0 to 1,000,000,000'),
  sender: named('sender', (text) => text.length <= 256, 'a name of at most 256 characters'),
  contract: named('contract', (text) => contractNames.includes(text), `one of ${contractNames.join(', ')}`),
} as const;

type FieldName = keyof typeof fields;

const fieldNames = Object.keys(fields) as FieldName[];

interface Field {
  readonly key: keyof TracedTransaction;
  readonly expected: string;
  /** The value, or undefined where it is not one. */
  readonly read: (value: unknown) => number | string | undefined;
}

function whole(key: keyof TracedTransaction, least: number, most: number, expected: string): Field {
  return {
    key,
    expected,
    read: (value) => {
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      return Number.isSafeInteger(number) && (number as number) >= least && (number as number) <= most
        ? (number as number)
        : undefined;
    },
  };
}

function named(key: keyof TracedTransaction, isOne: (text: string) => boolean, expected: string): Field {
  return {
    key,
    expected,
    read: (value) => (typeof value === 'string' && isOne(value) ? value : undefined),
  };
}

/**
 * The trace in a file.
 * @throws QuorumscopeError `simulator.trace`: not there, too large, or what is wrong with it, line by line
 */
export function readTransactionTrace(path: string): TransactionTrace {
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > TRACE_FILE_LIMIT)
      throw traceError(path, [
        `${path}: found ${size.toLocaleString('en-US')} bytes, expected at most ${TRACE_FILE_LIMIT.toLocaleString('en-US')}`,
      ]);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof QuorumscopeError) throw error;
    throw traceError(path, [`${path}: found ${messageOf(error)}, expected a file with a trace`]);
  }
  return parseTransactionTrace(text, path);
}

/**
 * The trace in a text.
 * @param name for messages
 * @throws QuorumscopeError `simulator.trace`
 */
export function parseTransactionTrace(text: string, name: string): TransactionTrace {
  const reading = new Reading(name);
  const isJson = text.trimStart().startsWith('{');
  let header: readonly string[] | undefined;
  let line = 0;
  for (const raw of linesOf(text)) {
    line++;
    const words = raw.trim();
    if (words === '') continue;
    if (isJson) reading.row(line, objectOf(words));
    else if (header === undefined) header = reading.header(line, words);
    else reading.row(line, cellsOf(words, header));
    if (reading.isHopeless) break;
  }
  return reading.finish();
}

/** Line by line, without a copy of the whole. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    yield text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
  }
}

/** What stands in a line, by field; text where it is none. */
type Row = Readonly<Record<string, unknown>> | string;

function objectOf(words: string): Row {
  try {
    const value: unknown = JSON.parse(words);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
  } catch {
    // Said below, with the line.
  }
  return `found ${shown(words)}, expected a JSON object`;
}

function cellsOf(words: string, header: readonly string[]): Row {
  const cells = words.split(',').map((cell) => cell.trim());
  if (cells.length !== header.length)
    return `found ${cells.length} values, expected ${header.length}: ${header.join(',')}`;
  return Object.fromEntries(header.map((name, at) => [name, cells[at] === '' ? undefined : cells[at]]));
}

/** Collects rows and problems. */
class Reading {
  readonly #name: string;
  readonly #trace: TransactionTrace;
  readonly #problems: string[] = [];
  #beforeUs = 0;

  constructor(name: string) {
    this.#name = name;
    this.#trace = new TransactionTrace(name);
  }

  /** Whether more lines would say nothing more. */
  get isHopeless(): boolean {
    return this.#problems.length >= SHOWN;
  }

  header(line: number, words: string): readonly string[] {
    const names = words.split(',').map((name) => name.trim());
    for (const name of names)
      if (!Object.hasOwn(fields, name))
        this.#problem(line, `found column ${shown(name)}, expected some of ${fieldNames.join(', ')}`);
    if (!names.includes('at_us'))
      this.#problem(line, `found no column at_us, expected ${fields.at_us.expected}`);
    return names;
  }

  row(line: number, row: Row): void {
    if (typeof row === 'string') return this.#problem(line, row);
    const read: Partial<Record<keyof TracedTransaction, number | string>> = {};
    for (const name of fieldNames) {
      const found = row[name];
      if (found === undefined || found === null) continue;
      const { key, expected, read: readField } = fields[name];
      const value = readField(found);
      if (value === undefined) this.#problem(line, `${name}: found ${shown(found)}, expected ${expected}`);
      else read[key] = value;
    }
    for (const name of Object.keys(row))
      if (!Object.hasOwn(fields, name))
        this.#problem(line, `found ${shown(name)}, expected some of ${fieldNames.join(', ')}`);
    const { atUs } = read;
    if (typeof atUs === 'number') this.#add(line, { ...read, atUs } as TracedTransaction);
    else if (row['at_us'] === undefined)
      this.#problem(line, `at_us: found nothing, expected ${fields.at_us.expected}`);
  }

  finish(): TransactionTrace {
    if (this.#problems.length === 0 && this.#trace.size === 0)
      this.#problem(1, 'found no transactions, expected one or more');
    if (this.#problems.length > 0) throw traceError(this.#name, this.#problems);
    return this.#trace;
  }

  #add(line: number, row: TracedTransaction): void {
    if (row.atUs < this.#beforeUs)
      return this.#problem(
        line,
        `at_us: found ${row.atUs}, expected at least ${this.#beforeUs}, as in the line before`,
      );
    this.#beforeUs = row.atUs;
    if (this.#trace.size < TRACE_LIMIT) return this.#trace.add(row);
    if (!this.isHopeless)
      this.#problem(
        line,
        `found another transaction, expected at most ${TRACE_LIMIT.toLocaleString('en-US')}`,
      );
  }

  #problem(line: number, words: string): void {
    if (!this.isHopeless) this.#problems.push(`${this.#name}:${line}: ${words}`);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function traceError(name: string, problems: readonly string[]): QuorumscopeError {
  const message =
    problems.length === 1 ? (problems[0] ?? name) : `${name} has problems:\n\n  ${problems.join('\n  ')}\n`;
  return new QuorumscopeError('simulator.trace', 'configuration', message, { details: { name, problems } });
}
