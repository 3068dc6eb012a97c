/** How to attach, in as few lines as it takes: printed when `run` starts. Pure. */
import type { SidecarAddresses } from '../sidecar.js';
import { VERSION } from '../version.js';

/** The smallest stream that means something: a node that entered a view and committed a block. */
export const exampleStream: readonly string[] = [
  '{"v":1,"type":"hello","node":"node-1","ts_us":1700000000000000,"chain":"example","run":"5f1c0a9e"}',
  '{"type":"consensus.view_entered","ts_us":1700000000000000,"seq":0,"view":7,"trigger":"qc","leader":"node-1"}',
  '{"type":"consensus.block_committed","ts_us":1700000000250000,"seq":1,"view":7,"height":5,"block":"b5"}',
];

/** The block that `run` prints once its doors are open. */
export function renderStarted(addresses: SidecarAddresses): string {
  const rows: (readonly [string, string])[] = [];
  if (addresses.http !== undefined) {
    rows.push(['metrics', `${addresses.http}/metrics`], ['contents', `${addresses.http}/`]);
  }
  if (addresses.telemetry !== undefined) rows.push(['telemetry', `${addresses.telemetry}/metrics`]);
  for (const address of [addresses.socket, addresses.tcp])
    if (address !== undefined) rows.push(['events', address]);
  if (addresses.otlp !== undefined) rows.push(['otlp', addresses.otlp]);
  const lines = rows.map(([name, address]) => `  ${name.padEnd(10)} ${address}`);
  return [`quorumscope ${VERSION} is running`, '', ...lines, '', ...howToAttach(addresses), ''].join('\n');
}

function howToAttach(addresses: SidecarAddresses): string[] {
  const address = addresses.socket ?? addresses.tcp;
  if (address === undefined) return [unattached(addresses)];
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

/** One sentence on nothing being attached, and what to do. */
export function unattached(addresses: SidecarAddresses): string {
  const address = addresses.socket ?? addresses.tcp;
  if (address === undefined && addresses.otlp !== undefined)
    return `nothing is attached: start a node with OTEL_EXPORTER_OTLP_ENDPOINT=${addresses.otlp}`;
  return address === undefined
    ? 'nothing is attached and no door is open: set attach.socket or attach.tcp in the configuration'
    : `nothing is attached: start a node with QUORUMSCOPE_EVENTS=${address}`;
}
