/** The status document as tables for people. Pure. */
import type { SidecarStatus } from '../status.js';
import { showSpan } from './age.js';
import { renderTable } from './table.js';

/** @param nowUs the reader's wall clock */
export function renderStatus(document: SidecarStatus, nowUs: number): string {
  const up = showSpan(document.uptime_seconds);
  const title = `quorumscope ${document.version}, profile ${document.profile}, up ${up}`;
  return [title, nodeTable(document, nowUs), sourceTable(document)].join('\n\n');
}

/** Every node that was heard. */
export function nodeTable({ chains }: Pick<SidecarStatus, 'chains'>, nowUs: number): string {
  const rows = chains.flatMap(({ chain, nodes }) =>
    nodes.map((node) => [
      chain,
      node.node,
      node.connected ? 'attached' : 'gone',
      node.height ?? Number.NaN,
      node.view ?? Number.NaN,
      typeof node.last_commit_timestamp_seconds === 'number'
        ? `${showSpan(nowUs / 1e6 - node.last_commit_timestamp_seconds)} ago`
        : '-',
    ]),
  );
  if (rows.length === 0) return 'No node has been heard yet. `quorumscope run` prints how to attach one.';
  return renderTable(['chain', 'node', 'state', 'height', 'view', 'last commit'], rows);
}

/** The account of every source: what became of each line. */
export function sourceTable({ sources }: Pick<SidecarStatus, 'sources'>): string {
  const heard = sources.filter(({ received }) => received > 0);
  if (heard.length === 0) return 'No line has been received yet.';
  const counts = [
    'received',
    'processed',
    'duplicate',
    'unknown',
    'dropped',
    'invalid',
    'pending',
    'missing',
  ] as const;
  return renderTable(
    ['source', 'node', ...counts],
    heard.map((source) => [source.source, source.node_id, ...counts.map((count) => source[count])]),
  );
}
