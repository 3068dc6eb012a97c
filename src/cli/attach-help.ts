/** How to attach, in as few lines as it takes: printed when `run` starts. Pure. */
import { unattachedNotices } from '../server/notices.js';
import type { Addresses } from './ports.js';

/** The smallest stream that means something: a node that entered a view and committed a block. */
export const exampleStream: readonly string[] = [
  '{"v":1,"type":"hello","node":"node-1","ts_us":1700000000000000,"chain":"example","run":"5f1c0a9e"}',
  '{"type":"consensus.view_entered","ts_us":1700000000000000,"seq":0,"view":7,"trigger":"qc","leader":"node-1"}',
  '{"type":"consensus.block_committed","ts_us":1700000000250000,"seq":1,"view":7,"height":5,"block":"b5"}',
];

/** The block that `run` prints once its doors are open. */
export function renderStarted(version: string, addresses: Addresses): string {
  const rows: (readonly [string, string])[] = [];
  if (addresses.http !== undefined) {
    rows.push(['metrics', `http://${addresses.http}/metrics`], ['contents', `http://${addresses.http}/`]);
  }
  if (addresses.telemetry !== undefined) rows.push(['telemetry', `http://${addresses.telemetry}/metrics`]);
  for (const address of [addresses.socket, addresses.tcp])
    if (address !== undefined) rows.push(['events', address]);
  const lines = rows.map(([name, address]) => `  ${name.padEnd(10)} ${address}`);
  return [`quorumscope ${version} is running`, '', ...lines, '', ...howToAttach(addresses), ''].join('\n');
}

function howToAttach(addresses: Addresses): string[] {
  const address = addresses.socket ?? addresses.tcp;
  if (address === undefined) return unattachedNotices(addresses);
  return [
    'Start a node with',
    '',
    `  QUORUMSCOPE_EVENTS=${address}`,
    '',
    'A TypeScript node attaches by `quorumscope/hooks`. Any other writes lines like these to that socket:',
    '',
    ...exampleStream.map((line) => `  ${line}`),
    '',
    'Ctrl-C stops it; the node does not notice.',
  ];
}
