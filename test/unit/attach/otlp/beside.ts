/** A sidecar with an OTLP door on a clock that moves when told to, and what its page and the door's counters say. */
import { onTestFinished } from 'vitest';
import type { ReceivedRequest } from '../../../../src/attach/otlp/listener.js';
import { parseOtlpMapping } from '../../../../src/attach/otlp/mapping.js';
import { openOtlp } from '../../../../src/attach/otlp/otlp-door.js';
import { loadOtlpMapping } from '../../../../src/attach/otlp/shipped-mappings.js';
import { ManualClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { parseConfig } from '../../../../src/config/parse.js';
import { createSidecar } from '../../../../src/sidecar.js';
import { post, type Written } from '../../../support/otlp-requests.js';

/** What of the door a test wants otherwise. */
export interface Wanted {
  readonly mapping?: string;
  readonly node?: string;
  readonly nodes?: Readonly<Record<string, string>>;
  readonly chain?: string | undefined;
  readonly maxBytes?: number;
  readonly token?: string;
  readonly isBehind?: () => boolean;
  readonly forward?: (request: ReceivedRequest) => void;
}

/** When the clock begins, microseconds. */
export const START_US = 1_748_779_200_000_000;

/** Opens a door. */
export async function beside(wanted: Wanted = {}) {
  const clock = new ManualClock(START_US);
  const config = parseConfig({ environment: { QUORUMSCOPE_ATTACH_SOCKET: 'null' } });
  const sidecar = createSidecar(config, { clock, logger: silentLogger, serve: false });
  onTestFinished(() => sidecar.stop());
  const { token, mapping } = wanted;
  const door = await openOtlp({
    host: '127.0.0.1',
    port: 0,
    maxBytes: wanted.maxBytes ?? 1024 * 1024,
    token: token === undefined ? undefined : () => token,
    isBehind: wanted.isBehind ?? (() => false),
    forward: wanted.forward,
    mapping: mapping === undefined ? loadOtlpMapping('hotstuff') : parseOtlpMapping(mapping, 'test.yaml'),
    naming: { node: wanted.node, nodes: wanted.nodes ?? {}, chain: 'chain' in wanted ? wanted.chain : 'c' },
    staleUs: 60_000_000,
    openFeed: sidecar.openLossless,
    board: sidecar.board,
    clock,
    logger: silentLogger,
  });
  onTestFinished(() => door.close());
  /** Lines of the page whose names begin so, by name and labels without those of every series. */
  const page = async (beginning: RegExp): Promise<Record<string, number>> => {
    await sidecar.drained();
    const { body } = await sidecar.page();
    const lines = Buffer.from(body).toString().split('\n');
    return Object.fromEntries(
      lines
        .filter((line) => beginning.test(line))
        .map((line) => {
          const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line)!;
          const own = labels.replaceAll(/chain_id="c",?/g, '').replaceAll(/,?$/g, '');
          return [own === '' ? name : `${name}{${own}}`, Number(value)];
        }),
    );
  };
  const url = (path: string): string => `http://${door.address}${path}`;
  return {
    clock,
    door,
    sidecar,
    page,
    url,
    /** Posts a document as JSON. */
    json: (path: string, document: unknown) => post(url(path), Buffer.from(JSON.stringify(document)), 'json'),
    post: (path: string, body: Uint8Array, written: Written, headers = {}) =>
      post(url(path), body, written, headers),
  };
}

type Values = Readonly<Record<string, string | number | boolean>>;

/** Attributes as OTLP/JSON writes them. */
export function attributesOf(values: Values): unknown[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }));
}

/** Nanoseconds of a time on the test's clock. */
export function nanos(afterUs = 0): string {
  return `${START_US + afterUs}000`;
}

/** A request of log records. */
export function logs(records: readonly object[], resource: Values = { 'service.name': 'n1' }): object {
  return {
    resourceLogs: [
      { resource: { attributes: attributesOf(resource) }, scopeLogs: [{ logRecords: records }] },
    ],
  };
}

/** A request of spans. */
export function traces(spans: readonly object[], resource: Values = { 'service.name': 'n1' }): object {
  return { resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans: [{ spans }] }] };
}

/** A request of metrics. */
export function metrics(list: readonly object[], resource: Values = { 'service.name': 'n1' }): object {
  return {
    resourceMetrics: [
      { resource: { attributes: attributesOf(resource) }, scopeMetrics: [{ metrics: list }] },
    ],
  };
}

/** A log record that states an event. */
export function stated(eventName: string, fields: Values, afterUs = 0): object {
  return { eventName, timeUnixNano: nanos(afterUs), attributes: attributesOf(fields) };
}

/** Whether received = mapped + ignored + rejected, of every kind. */
export function isBalanced(counters: Readonly<Record<string, number>>): boolean {
  const sum = (name: string, kind: string): number =>
    Object.entries(counters)
      .filter(([key]) => key.startsWith(`quorumscope_otlp_${name}_total{`) && key.includes(`kind="${kind}"`))
      .reduce((total, [, value]) => total + value, 0);
  return ['logs', 'spans', 'span_events', 'metrics'].every(
    (kind) => sum('received', kind) === sum('mapped', kind) + sum('ignored', kind) + sum('rejected', kind),
  );
}
