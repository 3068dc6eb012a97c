/** Traces of transactions: what is read of both formats, and that everything wrong is told with its line. */
import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QuorumscopeError } from '../../../../src/base/errors.js';
import {
  parseTransactionTrace,
  readTransactionTrace,
  TRACE_FILE_LIMIT,
} from '../../../../simulator/workload/trace-file.js';
import { TRACE_LIMIT, TransactionTrace } from '../../../../simulator/workload/transaction-trace.js';

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    expect((error as QuorumscopeError).code).toBe('simulator.trace');
    return (error as QuorumscopeError).details['problems'] as readonly string[];
  }
}

describe('a trace', () => {
  it('is the same from CSV and from NDJSON', () => {
    const csv = 'at_us,sender,bytes,contract,fuel,fee\n1500,alice,512,token,,7\n\n1800,,,exchange,118000,\n';
    const json =
      '{"at_us":1500,"sender":"alice","bytes":512,"contract":"token","fee":7}\n{"at_us":"1800","contract":"exchange","fuel":118000}';
    const [a, b] = [parseTransactionTrace(csv, 'a.csv'), parseTransactionTrace(json, 'b.ndjson')];
    expect(a.toJSON()).toEqual(b.toJSON());
    expect([a.size, a.endUs]).toEqual([2, 1800]);
    expect([a.bytes(0), a.fuel(0), a.fee(0), a.sender(0), a.contract(0)]).toEqual([512, undefined, 7, 0, 0]);
    expect([a.bytes(1), a.fuel(1), a.fee(1), a.sender(1), a.contract(1)]).toEqual([
      undefined,
      118_000,
      undefined,
      undefined,
      1,
    ]);
    expect(a.toJSON()).not.toEqual(TransactionTrace.of([{ atUs: 1500 }]).toJSON());
  });

  it('tells every problem with file and line, found and expected', () => {
    const csv = 'at_us,colour\n5,red\n';
    expect(problemsOf(() => parseTransactionTrace(csv, 'a.csv'))[0]).toBe(
      'a.csv:1: found column "colour", expected some of at_us, bytes, fuel, fee, sender, contract',
    );
    const rows = 'at_us,bytes,contract\n10,0,token\n9,5,lottery\nsoon,5,token\n11,5\n8,5,token\n';
    expect(problemsOf(() => parseTransactionTrace(rows, 'b.csv'))).toEqual([
      'b.csv:2: bytes: found "0", expected a whole number from 1 to 1,048,576',
      'b.csv:3: contract: found "lottery", expected one of token, exchange, registry, oracle, bridge',
      'b.csv:3: at_us: found 9, expected at least 10, as in the line before',
      'b.csv:4: at_us: found "soon", expected whole microseconds from the start of the run',
      'b.csv:5: found 2 values, expected 3: at_us,bytes,contract',
      'b.csv:6: at_us: found 8, expected at least 10, as in the line before',
    ]);
    const lines = '{"at_us":1}\n{"at_us":2\n[3]\n{"bytes":4}\n{"at_us":5,"gas":1}\n';
    expect(problemsOf(() => parseTransactionTrace(lines, 'c')).map((line) => line.slice(0, 12))).toEqual([
      'c:2: found "',
      'c:3: found "',
      'c:4: at_us: ',
      'c:5: found "',
    ]);
    expect(problemsOf(() => parseTransactionTrace('at_us\n', 'd'))).toEqual([
      'd:1: found no transactions, expected one or more',
    ]);
    const many = `at_us\n${'x\n'.repeat(1_000)}`;
    expect(problemsOf(() => parseTransactionTrace(many, 'e'))).toHaveLength(20);
  });

  it('is refused where it is too large or not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-trace-'));
    const large = join(folder, 'large.csv');
    writeFileSync(large, 'at_us\n');
    truncateSync(large, TRACE_FILE_LIMIT + 1);
    expect(problemsOf(() => readTransactionTrace(large))[0]).toContain('bytes, expected at most 67,108,864');
    expect(problemsOf(() => readTransactionTrace(join(folder, 'none.csv')))[0]).toContain('ENOENT');
    const long = `at_us\n${'1\n'.repeat(TRACE_LIMIT + 1)}`;
    expect(problemsOf(() => parseTransactionTrace(long, 'f'))).toEqual([
      'f:1000002: found another transaction, expected at most 1,000,000',
    ]);
  });
});
