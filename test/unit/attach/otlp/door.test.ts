/** The OTLP door as whoever sends there meets it: what is answered, what is counted, and what nobody can do to it. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, encoded } from '../../../support/otlp-definitions.js';
import { attributesOf, beside, isBalanced, logs, metrics, nanos, stated, traces } from './beside.js';

const OTLP = /^quorumscope_otlp_(?!request_duration)/;
const entered = (view: number): object =>
  stated('consensus.view_entered', {
    'hotstuff.view': view,
    'hotstuff.trigger': 'qc',
    'hotstuff.leader': 'a',
  });

describe('what is answered', () => {
  it('is nothing but yes where all was taken', async () => {
    const { json, post } = await beside();
    const inJson = await json('/v1/logs', logs([entered(1)]));
    expect([inJson.status, inJson.headers.get('content-type'), inJson.body.toString()]).toEqual([
      200,
      'application/json',
      '{}',
    ]);
    const inProtobuf = await post(
      '/v1/logs',
      encoded('ExportLogsServiceRequest', logs([entered(2)]) as never),
      'protobuf',
    );
    expect([inProtobuf.status, inProtobuf.headers.get('content-type'), inProtobuf.body.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ]);
    const empty = await post('/v1/traces', Buffer.alloc(0), 'protobuf');
    expect(empty.status).toBe(200);
  });

  it('says how many records were rejected, and why, in the encoding that was spoken', async () => {
    const { json, post, page } = await beside();
    const wrong = logs([
      entered(1),
      stated('consensus.view_entered', { 'hotstuff.view': 'seven' }),
      { body: { stringValue: 'x' } },
    ]);
    const inJson = JSON.parse((await json('/v1/logs', wrong)).body.toString()) as unknown;
    const errorMessage = expect.stringContaining('consensus.view_entered.view') as string;
    expect(inJson).toEqual({ partialSuccess: { rejectedLogRecords: '1', errorMessage } });
    const answer = await post('/v1/logs', encoded('ExportLogsServiceRequest', wrong as never), 'protobuf');
    expect(decoded('ExportResponse', answer.body)).toEqual({
      partialSuccess: { rejected: '1', errorMessage },
    });
    const counters = await page(OTLP);
    expect(counters).toMatchObject({
      'quorumscope_otlp_received_total{kind="logs"}': 6,
      'quorumscope_otlp_mapped_total{kind="logs"}': 2,
      'quorumscope_otlp_ignored_total{kind="logs"}': 2,
      'quorumscope_otlp_rejected_total{kind="logs",reason="fact"}': 2,
      'quorumscope_otlp_requests_total{signal="logs",outcome="partial"}': 2,
    });
    expect(isBalanced(counters)).toBe(true);
  });

  it.each([
    ['what cannot be decoded', 400, 3, 'malformed', '/v1/logs', {}, Buffer.from([0xff, 0xff])],
    [
      'gzip that is none',
      400,
      3,
      'malformed',
      '/v1/logs',
      { 'content-encoding': 'gzip' },
      Buffer.from('no gzip'),
    ],
    [
      'another media type',
      415,
      3,
      'media_type',
      '/v1/logs',
      { 'content-type': 'text/plain' },
      Buffer.from('x'),
    ],
    ['another packing', 415, 3, 'encoding', '/v1/metrics', { 'content-encoding': 'zstd' }, Buffer.from('x')],
    ['another path', 404, 12, 'path', '/v2/logs', {}, Buffer.from('x')],
    [
      'a page of a browser',
      403,
      7,
      'foreign',
      '/v1/logs',
      { origin: 'http://evil.example' },
      Buffer.from('x'),
    ],
    ['what is too large', 413, 8, 'too_large', '/v1/logs', {}, Buffer.alloc(1024 * 1024 + 1)],
    [
      'a bomb',
      413,
      8,
      'too_large',
      '/v1/logs',
      { 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(50 * 1024 * 1024)),
    ],
  ])('to %s is %i with a status of gRPC', async (_what, status, code, outcome, path, headers, body) => {
    const { post, page } = await beside();
    const answer = await post(path, body, 'protobuf', headers);
    expect(answer.status).toBe(status);
    const isJson = answer.headers.get('content-type') === 'application/json';
    const told = isJson ? (JSON.parse(answer.body.toString()) as object) : decoded('RpcStatus', answer.body);
    expect(told).toEqual({ code, message: expect.stringMatching(/../) as string });
    const counted = Object.entries(await page(/^quorumscope_otlp_requests_total/));
    expect(counted).toEqual([[expect.stringContaining(`outcome="${outcome}"`), 1]]);
  });

  it('to GET is 405, naming POST', async () => {
    const { url } = await beside();
    const answer = await fetch(url('/v1/traces'));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('to whoever lacks the token is 401', async () => {
    const { post, page } = await beside({ token: 'secret' });
    const body = Buffer.from(JSON.stringify(logs([entered(1)])));
    expect((await post('/v1/logs', body, 'json')).status).toBe(401);
    expect((await post('/v1/logs', body, 'json', { authorization: 'Bearer secreT' })).status).toBe(401);
    expect((await post('/v1/logs', body, 'json', { authorization: 'Bearer secret' })).status).toBe(200);
    expect(await page(/^quorumscope_otlp_requests_total/)).toEqual({
      'quorumscope_otlp_requests_total{signal="logs",outcome="unauthorized"}': 2,
      'quorumscope_otlp_requests_total{signal="logs",outcome="accepted"}': 1,
    });
  });

  it('while the intake is behind is 503 with a time to come again, and nothing is taken', async () => {
    let behind = true;
    const { json, page } = await beside({ isBehind: () => behind });
    const answer = await json('/v1/logs', logs([entered(1)]));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    behind = false;
    expect((await json('/v1/logs', logs([entered(1)]))).status).toBe(200);
    expect(await page(/^quorumscope_otlp_received_total\{kind="logs"/)).toEqual({
      'quorumscope_otlp_received_total{kind="logs"}': 1,
    });
  });
});

describe('who speaks', () => {
  it('is the node that the resource names, else its service, and other names may be given', async () => {
    const { json, page } = await beside({ nodes: { b: 'validator-7' } });
    await json('/v1/logs', logs([entered(1)], { 'service.name': 'a' }));
    await json('/v1/logs', logs([entered(2)], { 'service.name': 'a', 'service.instance.id': 'b' }));
    await json(
      '/v1/logs',
      logs([entered(3)], { 'service.name': 'a', 'service.instance.id': 'b', 'hotstuff.node': 'x' }),
    );
    expect(await page(/^hotstuff_consensus_current_view\{/)).toEqual({
      'hotstuff_consensus_current_view{node_id="a"}': 1,
      'hotstuff_consensus_current_view{node_id="validator-7"}': 2,
      'hotstuff_consensus_current_view{node_id="x"}': 3,
    });
  });

  it('is nobody where nothing names a node or a chain: records are rejected and counted', async () => {
    const { json, page } = await beside({ chain: undefined });
    const answer = await json('/v1/logs', logs([entered(1)], {}));
    expect(answer.body.toString()).toContain('service.name');
    await json('/v1/traces', traces([{ name: 'x', events: [{ name: 'y' }] }]));
    await json('/v1/metrics', metrics([{ name: 'm', gauge: { dataPoints: [{ asInt: 1 }, { asInt: 2 }] } }]));
    const counters = await page(OTLP);
    expect(counters).toMatchObject({
      'quorumscope_otlp_rejected_total{kind="logs",reason="no_node"}': 1,
      'quorumscope_otlp_rejected_total{kind="spans",reason="no_chain"}': 1,
      'quorumscope_otlp_rejected_total{kind="span_events",reason="no_chain"}': 1,
      'quorumscope_otlp_rejected_total{kind="metrics",reason="no_chain"}': 2,
    });
    expect(isBalanced(counters)).toBe(true);
  });

  it('is no node while it says nothing that means anything here', async () => {
    const { json, sidecar } = await beside();
    await json('/v1/logs', logs([{ body: { stringValue: 'listening on 8080' } }]));
    await sidecar.drained();
    expect(sidecar.status().chains).toEqual([]);
  });

  it('goes after a long silence, and goes on where it stood, with nothing missing', async () => {
    const { json, page, clock, sidecar } = await beside();
    const connected = (): boolean[] =>
      sidecar.status().chains.flatMap(({ nodes }) => nodes.map(({ connected: is }) => is));
    await json('/v1/logs', logs([entered(1), entered(2)]));
    await sidecar.drained();
    expect(connected()).toEqual([true]);
    clock.advance(130_000_000);
    await expect.poll(connected).toEqual([false]);
    await json('/v1/logs', logs([entered(3)]));
    expect(await page(/^hotstuff_consensus_current_view\{/)).toEqual({
      'hotstuff_consensus_current_view{node_id="n1"}': 3,
    });
    expect(connected()).toEqual([true]);
    expect(
      Object.values(await page(/^quorumscope_events_(missing|duplicate)_total/)).filter((count) => count > 0),
    ).toEqual([]);
  });

  it('counts anew when its process did, and admits what its own numbers miss', async () => {
    const { json, page } = await beside();
    const numbered = (view: number, seq: number): object =>
      stated('consensus.view_entered', {
        'hotstuff.view': view,
        'hotstuff.trigger': 'qc',
        'hotstuff.leader': 'a',
        'hotstuff.seq': seq,
      });
    const ofRun = (run: string) => ({ 'service.name': 'n1', 'hotstuff.run': run });
    await json('/v1/logs', logs([numbered(1, 0), numbered(5, 4)], ofRun('first')));
    await json('/v1/logs', logs([numbered(6, 0)], ofRun('second')));
    const lost = await page(/^quorumscope_(events_missing_total|events_duplicate_total)\{.*consensus/);
    expect(Object.entries(lost).filter(([, count]) => count > 0)).toEqual([
      [expect.stringContaining('missing'), 3],
    ]);
  });
});

describe('spans', () => {
  const span = (
    name: string,
    from: number,
    to: number,
    fields: Record<string, string | number>,
    more = {},
  ): object => ({
    name,
    startTimeUnixNano: nanos(from),
    endTimeUnixNano: nanos(to),
    attributes: attributesOf(fields),
    ...more,
  });

  it('tell what began and what ended, in the order of time, with their durations and events', async () => {
    const { json, page } = await beside();
    const view = span(
      'consensus.view',
      0,
      900_000,
      { view: 7, trigger: 'qc', leader: 'a' },
      {
        events: [
          {
            name: 'consensus.vote_sent',
            timeUnixNano: nanos(400_000),
            attributes: attributesOf({ view: 7, vote: 'vote1', block: 'b' }),
          },
          { name: 'retry', timeUnixNano: nanos(500_000) },
        ],
      },
    );
    const next = span('consensus.view', 900_000, 1_000_000, {
      'hotstuff.view': 8,
      'hotstuff.trigger': 'qc',
      'hotstuff.leader': 'b',
    });
    const block = span('execution.block', 100_000, 350_000, {
      height: 3,
      transactions: 10,
      fuel_used: 1_000,
    });
    const other = span('GET /', 0, 1, {});
    const incomplete = span('execution.block', 0, 1, { height: 3 });
    const answer = await json('/v1/traces', traces([next, block, other, incomplete, view]));
    expect(JSON.parse(answer.body.toString())).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    expect(
      await page(
        /^hotstuff_(consensus_current_view|consensus_votes_sent_total|execution_block_duration_seconds_sum)/,
      ),
    ).toMatchObject({
      'hotstuff_consensus_current_view{node_id="n1"}': 8,
      'hotstuff_execution_block_duration_seconds_sum{node_id="n1"}': 0.25,
    });
    const counters = await page(OTLP);
    expect(counters).toMatchObject({
      'quorumscope_otlp_received_total{kind="spans"}': 5,
      'quorumscope_otlp_mapped_total{kind="spans"}': 3,
      'quorumscope_otlp_ignored_total{kind="spans"}': 1,
      'quorumscope_otlp_mapped_total{kind="span_events"}': 1,
      'quorumscope_otlp_ignored_total{kind="span_events"}': 1,
    });
    expect(isBalanced(counters)).toBe(true);
  });

  it('that bear the name of an event with a duration are that event', async () => {
    const { json, page } = await beside();
    await json(
      '/v1/traces',
      traces([span('hotstuff.storage.sync_completed', 0, 20_000, { target: 'vote' })]),
    );
    expect(await page(/^hotstuff_storage_sync_duration_seconds_sum/)).toEqual({
      'hotstuff_storage_sync_duration_seconds_sum{node_id="n1",target="vote"}': 0.02,
    });
  });
});

describe('a mapping of one’s own', () => {
  const mapping = `
name: mine
about: test
source: otlp
records:
  - name: entered
    message: entering view <view> as <role>
    keep: { view: view }
    tells:
      - event: consensus.view_entered
        fields: { view: view, trigger: =qc, leader: resource.leader }
  - name: committed
    when: { kind: commit, severity: INFO }
    tells:
      - event: consensus.block_committed
        fields: { view: '@view', height: height, block: body.hash }
`;

  it('reads texts and attributes, and keeps what later records need', async () => {
    const { json, page } = await beside({ mapping });
    const resource = { 'service.name': 'n1', leader: 'z' };
    await json(
      '/v1/logs',
      logs(
        [
          { body: { stringValue: 'entering view 9 as replica' } },
          {
            severityText: 'INFO',
            attributes: attributesOf({ kind: 'commit', height: 4 }),
            body: { kvlistValue: { values: attributesOf({ hash: 'b4' }) } },
          },
          { severityText: 'WARN', attributes: attributesOf({ kind: 'commit', height: 5 }) },
          stated('consensus.view_entered', { view: 1, trigger: 'qc', leader: 'a' }),
        ],
        resource,
      ),
    );
    expect(await page(/^hotstuff_consensus_(current_view|committed_height)\{/)).toEqual({
      'hotstuff_consensus_current_view{node_id="n1"}': 9,
      'hotstuff_consensus_committed_height{node_id="n1"}': 4,
    });
    expect(await page(/^quorumscope_otlp_ignored_total\{kind="logs"/)).toEqual({
      'quorumscope_otlp_ignored_total{kind="logs"}': 2,
    });
  });
});

it('whatever is sent there changes counters only', { timeout: 30_000 }, async () => {
  const { post, page, json } = await beside();
  const paths = ['/v1/logs', '/v1/traces', '/v1/metrics'] as const;
  const anything = fc.record({
    path: fc.constantFrom(...paths),
    written: fc.constantFrom('protobuf' as const, 'json' as const),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => Buffer.from(text)),
    ),
    headers: fc.constantFrom({}, { 'content-encoding': 'gzip' }),
  });
  await fc.assert(
    fc.asyncProperty(anything, async ({ path, written, body, headers }) => {
      expect([200, 400]).toContain((await post(path, body, written, headers)).status);
    }),
    { numRuns: 150 },
  );
  expect((await json('/v1/logs', logs([entered(5)]))).status).toBe(200);
  expect(await page(/^hotstuff_consensus_current_view\{/)).toEqual({
    'hotstuff_consensus_current_view{node_id="n1"}': 5,
  });
  expect(isBalanced(await page(OTLP))).toBe(true);
});
