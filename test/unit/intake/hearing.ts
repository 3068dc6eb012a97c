/** A dispatcher that writes down what it hears, and the intake around it. */
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import type { Dispatcher } from '../../../src/intake/dispatcher.js';
import { Intake, type IntakeOptions } from '../../../src/intake/intake.js';
import { Board } from '../../../src/metrics/board.js';

/** Each node's story, one word per call: `hello r1`, `consensus 4`, `gap consensus 2`, `detach`. */
export class Hearing implements Dispatcher {
  readonly nodes = new Map<string, string[]>();
  /** Which node each call was about, in order. */
  readonly turns: string[] = [];

  attach(hello: Parameters<Dispatcher['attach']>[0]): ReturnType<Dispatcher['attach']> {
    const { node } = hello;
    const story = this.nodes.get(node) ?? [];
    this.nodes.set(node, story);
    const heard = (word: string): void => {
      story.push(word);
      this.turns.push(node);
    };
    heard(`attach ${hello.run}`);
    return {
      hello: (later) => heard(`hello ${later.run}`),
      dispatch: (_index, event) => heard(`${event.type.split('.')[0]!} ${event.seq}`),
      gap: (domain, missing) => heard(`gap ${domain} ${missing}`),
      detach: () => heard('detach'),
    };
  }

  /** What was heard of `node`. */
  of(node: string): readonly string[] {
    return this.nodes.get(node) ?? [];
  }
}

/** An intake over a real board. */
export function hear(options: Partial<IntakeOptions> = {}) {
  const board = options.board ?? new Board();
  const clock = new ManualClock(2_000_000_000_000_000);
  const hearing = new Hearing();
  const intake = new Intake({ board, clock, logger: silentLogger, dispatcher: hearing, ...options });
  return { board, clock, hearing, intake };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lines as bytes, each with its newline. */
export function linesOf(...lines: readonly string[]): Uint8Array {
  return bytes(lines.map((line) => `${line}\n`).join(''));
}

/** A `hello` line. */
export function helloLine(node: string, run: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    v: 1,
    type: 'hello',
    node,
    ts_us: 1_900_000_000_000_000,
    chain: 'c',
    run,
    ...more,
  });
}

/** A line of the consensus domain (vital); `node` is omitted unless given. */
export function view(seq: number, node?: string): string {
  const fields = { view: seq, trigger: 'qc', leader: 'a' };
  return JSON.stringify({
    type: 'consensus.view_entered',
    node,
    ts_us: 1_900_000_000_000_000 + seq,
    seq,
    ...fields,
  });
}

/** A line of the consensus domain that goes second (normal). */
export function highQc(seq: number): string {
  return JSON.stringify({
    type: 'consensus.high_qc_updated',
    ts_us: 1_900_000_000_000_000,
    seq,
    view: 1,
    block: 'b',
  });
}

/** A line of the process domain that goes first (bulk). */
export function lag(seq: number): string {
  return JSON.stringify({ type: 'process.loop_lag_measured', ts_us: 1_900_000_000_000_000, seq, lag_us: 5 });
}

/** The value of one series, 0 where it does not exist. */
export function valueOf(board: Board, name: string, ...labelValues: readonly string[]): number {
  const family = board.families().find(({ definition }) => definition.name === name);
  const series = family?.series.find((one) => one.labelValues.join() === labelValues.join());
  return series ? board.slots.values[series.slot]! : 0;
}
