/**
 * The spans of one transaction through the eyes of the node that had admitted it. Its trace is the transaction's own, the same at every
 * sidecar; it leads to the view whose block holds it by a link. What is not known has no span. Pure.
 */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import { spanIdOf, transactionTraceIdOf } from './ids.js';
import { ownSpan, speakerOf, type Speaker } from './own-spans.js';
import type { SpanName } from './span-table.js';
import type { SpanAttributes, ViewSpan } from './view-span.js';

/** What a node stated of a transaction; microseconds since the Unix epoch by its wall clock, except the client's. */
export interface TransactionStory {
  readonly speaker: Speaker;
  readonly tx: string;
  readonly height: number;
  /** By the client's clock. */
  readonly submittedUs: number | undefined;
  readonly admittedUs: number;
  readonly committedUs: number;
  readonly persistedUs: number | undefined;
  /** The record of the view that proposed its block; undefined where it is gone. */
  readonly record: ViewRecord | undefined;
}

/** The spans, the transaction's own first. */
export function transactionSpans(story: TransactionStory): ViewSpan[] {
  const { speaker, tx, height, submittedUs, admittedUs, committedUs, persistedUs, record } = story;
  const { chain, node, self } = speaker;
  const traceId = transactionTraceIdOf(chain, tx);
  const source = { chain, node, validator: self };
  const rootId = spanIdOf(traceId, speakerOf(speaker), 'transaction');
  const spans: ViewSpan[] = [];
  const add = (name: SpanName, startUs: number, endUs: number, rest: Partial<ViewSpan> = {}): void => {
    if (endUs < startUs) return;
    const isRoot = name === 'transaction';
    const spanId = isRoot ? rootId : spanIdOf(traceId, speakerOf(speaker), name);
    const parentId = isRoot ? undefined : rootId;
    const own = { traceId, spanId, parentId, name, source, startUs, endUs, error: undefined };
    spans.push({ ...own, attributes: {}, links: [], ...rest });
  };
  const attributes: SpanAttributes = {
    'hotstuff.transaction': tx,
    'hotstuff.height': height,
    ...(record === undefined ? {} : { 'hotstuff.view': record.view }),
  };
  const links = record === undefined ? [] : [ownSpan(record, record)];
  const beganUs = Math.min(submittedUs ?? admittedUs, admittedUs);
  add('transaction', beganUs, Math.max(persistedUs ?? committedUs, beganUs), { attributes, links });
  if (submittedUs !== undefined) add('transaction_submission', submittedUs, admittedUs);
  const proposedUs = proposedAt(record, height);
  add('transaction_pool', admittedUs, proposedUs ?? committedUs);
  if (proposedUs !== undefined) add('transaction_consensus', proposedUs, committedUs, { links });
  if (persistedUs !== undefined) add('transaction_execution', committedUs, persistedUs);
  return spans;
}

/** When the block of a height was proposed here, or its proposal accepted. */
function proposedAt(record: ViewRecord | undefined, height: number): number | undefined {
  const proposal = record?.proposals.find((one) => one.height === height);
  return record === undefined || proposal === undefined ? undefined : record.enteredAtUs + proposal.atUs;
}
