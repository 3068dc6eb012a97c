/**
 * Reads a stream as the intake would and says what is wrong with it and what can be learnt from it:
 * for `quorumscope check stream`. Dispatches nothing; memory is bounded by nodes, types and examples.
 *
 * A problem is something that the author of the stream should repair: invalid lines, repeated events,
 * gaps that the source does not admit, or nothing to observe at all. Unknown types and fields are not.
 */
import { LineDecoder } from '../events/decode.js';
import { LineSplitter } from '../events/lines.js';
import type { InvalidReason } from '../events/problem.js';
import {
  domainNames,
  type DomainEvent,
  type HelloEvent,
  type SourceDroppedEvent,
  type StreamEvent,
} from '../events/vocabulary.js';
import { wireForms } from '../events/wire.js';
import { levelWithout, Statements, type AttachmentLevel } from './attachment-level.js';
import { domainOf, HELLO, SOURCE_DROPPED } from './event-index.js';
import { lineProblemDetails } from './line-problem.js';
import { Run } from './node.js';
import { DUPLICATE, LATE } from './sequence-window.js';
import type { InvalidLine, NodeReport, StreamReport } from './stream-report.js';

const EXAMPLES = 20;
const EXCERPT_CHARACTERS = 80;
const NAMES_KEPT = 100;

/** Reads `chunks` to their end. Rejects only if they do. */
export async function checkStream(chunks: AsyncIterable<Uint8Array>): Promise<StreamReport> {
  const check = new StreamCheck();
  const splitter = new LineSplitter({
    line: (line) => check.line(line),
    problem: (reason) => check.problem(reason, lineProblemDetails[reason]),
  });
  for await (const chunk of chunks) splitter.write(chunk);
  splitter.end({ complete: true });
  return check.report();
}

interface Loss {
  missing: number;
  gaps: number;
  late: number;
  duplicates: number;
  admitted: number;
}

/** One node, over all its runs. */
class CheckedNode {
  readonly hello: HelloEvent;
  readonly runs = new Map<string, Run>();
  readonly types = new Map<string, number>();
  readonly losses = new Map<string, Loss>();
  readonly statements = new Statements();
  events = 0;
  #run: Run;

  constructor(hello: HelloEvent) {
    this.hello = hello;
    this.#run = this.enter(hello);
  }

  enter(hello: HelloEvent): Run {
    const known = this.runs.get(hello.run);
    const run = (this.#run = known ?? new Run(hello));
    this.runs.set(hello.run, run);
    if (!known) return run;
    for (const [i, domain] of domainNames.entries()) {
      const next = hello.next_seq?.[domain];
      if (next !== undefined) this.#lose(domain, run.window(i, next).skipTo(next));
    }
    return run;
  }

  take(event: DomainEvent, domain: number): void {
    const found = this.#run.window(domain, event.seq).accept(event.seq);
    const name = domainNames[domain]!;
    if (found === DUPLICATE) {
      this.#loss(name).duplicates++;
      return;
    }
    if (found === LATE) this.#loss(name).late++;
    else this.#lose(name, found);
    this.events++;
    this.types.set(event.type, (this.types.get(event.type) ?? 0) + 1);
    this.statements.add(event);
  }

  admit({ domain, count }: SourceDroppedEvent): void {
    this.#loss(domainNames.find((name) => name === domain) ?? 'other').admitted += count;
  }

  #lose(domain: string, missing: number): void {
    if (missing === 0) return;
    const loss = this.#loss(domain);
    loss.missing += missing;
    loss.gaps++;
  }

  #loss(domain: string): Loss {
    let loss = this.losses.get(domain);
    if (!loss) {
      loss = { missing: 0, gaps: 0, late: 0, duplicates: 0, admitted: 0 };
      this.losses.set(domain, loss);
    }
    return loss;
  }
}

class StreamCheck {
  readonly #decoder = new LineDecoder();
  readonly #nodes = new Map<string, CheckedNode>();
  readonly #byNode = new Map<string, CheckedNode>();
  readonly #chains = new Map<string, Statements>();
  readonly #reasons = new Map<string, number>();
  readonly #examples: InvalidLine[] = [];
  readonly #unknownTypes = new Map<string, number>();
  readonly #unknownFields = new Map<string, number>();
  #lines = 0;

  line(line: string): void {
    this.#lines++;
    const decoder = this.#decoder;
    const verdict = decoder.decode(line);
    if (verdict === 'invalid') return this.#refuse(decoder.reason, decoder.detail, line);
    if (verdict === 'unknown') return countName(this.#unknownTypes, decoder.unknownType);
    const { index } = decoder;
    const event = decoder.event!;
    if (decoder.unknownFields > 0) this.#nameFields(line, index);
    if (index === HELLO) return this.#hello(event as HelloEvent);
    const node = this.#byNode.get(event.node);
    if (!node) return this.#refuse('no_hello', `node: no hello of ${event.node} before`, line);
    this.#take(node, event, index);
  }

  problem(reason: InvalidReason, detail: string): void {
    this.#lines++;
    this.#refuse(reason, detail, '');
  }

  report(): StreamReport {
    const nodes = [...this.#nodes.values()].map((node) => this.#reportOf(node));
    const invalid = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    const level = nodes.length === 0 ? 0 : (Math.min(...nodes.map((node) => node.level)) as AttachmentLevel);
    const losses = nodes.flatMap((node) => node.losses);
    const duplicates = losses.reduce((sum, loss) => sum + loss.duplicates, 0);
    const unadmitted = losses.filter(({ missing, late, admitted }) => missing > late + admitted).length;
    return {
      lines: this.#lines,
      nodes,
      level,
      invalid,
      invalidReasons: byCount(this.#reasons),
      invalidLines: this.#examples,
      unknownTypes: byCount(this.#unknownTypes),
      unknownFields: byCount(this.#unknownFields),
      problems: invalid + duplicates + unadmitted + (level === 0 ? 1 : 0),
    };
  }

  #hello(hello: HelloEvent): void {
    this.#decoder.node = hello.node;
    const key = `${hello.chain}\n${hello.node}`;
    const known = this.#nodes.get(key);
    const node = known ?? new CheckedNode(hello);
    known?.enter(hello);
    this.#nodes.set(key, node);
    this.#byNode.set(hello.node, node);
    if (!this.#chains.has(hello.chain)) this.#chains.set(hello.chain, new Statements());
  }

  #take(node: CheckedNode, event: StreamEvent, index: number): void {
    if (index === SOURCE_DROPPED) return node.admit(event as SourceDroppedEvent);
    node.take(event as DomainEvent, domainOf[index]!);
    this.#chains.get(node.hello.chain)!.add(event);
  }

  #refuse(reason: InvalidReason, detail: string, line: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (this.#examples.length >= EXAMPLES) return;
    const excerpt = line.length > EXCERPT_CHARACTERS ? `${line.slice(0, EXCERPT_CHARACTERS - 3)}...` : line;
    this.#examples.push({ number: this.#lines, reason, detail, excerpt });
  }

  #nameFields(line: string, index: number): void {
    const form = wireForms[index]!;
    for (const key of Object.keys(JSON.parse(line) as object)) {
      if (!form.keys.has(key)) countName(this.#unknownFields, `${form.schema.type}.${key.slice(0, 256)}`);
    }
  }

  #reportOf(node: CheckedNode): NodeReport {
    const unknown = node.statements.unknown(this.#chains.get(node.hello.chain)!);
    return {
      chain: node.hello.chain,
      node: node.hello.node,
      runs: node.runs.size,
      events: node.events,
      types: byCount(node.types),
      losses: [...node.losses].map(([domain, loss]) => ({ domain, ...loss })),
      level: levelWithout(unknown),
      unknown,
    };
  }
}

function countName(names: Map<string, number>, name: string): void {
  const count = names.get(name);
  if (count !== undefined || names.size < NAMES_KEPT) names.set(name, (count ?? 0) + 1);
}

function byCount(names: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...names].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
}
