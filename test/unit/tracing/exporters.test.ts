/** Spans on their way out while the receiver is down, slow, hung or refusing: nothing else waits, all is accounted for. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/base/clock.js';
import { createRandom } from '../../../src/base/random.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import type { Parcel } from '../../../src/delivery/transport.js';
import { Board } from '../../../src/metrics/board.js';
import { spanIdOf, traceIdOf } from '../../../src/tracing/ids.js';
import { jaegerSpans } from '../../../src/tracing/jaeger-spans.js';
import { otlpSpans } from '../../../src/tracing/otlp-spans.js';
import type { SpanDestination } from '../../../src/tracing/span-destination.js';
import { SpanOutbox } from '../../../src/tracing/span-outbox.js';
import type { ViewSpan } from '../../../src/tracing/view-span.js';

const identity = { serviceName: 'hotstuff-node', version: '0' };

function spanOf(view: number): ViewSpan {
  const traceId = traceIdOf('main', 0, view);
  return {
    traceId,
    spanId: spanIdOf(traceId, 'alice', 'view'),
    parentId: undefined,
    name: 'view',
    source: { chain: 'main', node: 'n0', validator: 'alice' },
    startUs: 1_735_689_600_000_000 + view,
    endUs: 1_735_689_600_000_100 + view,
    attributes: { 'hotstuff.view': view },
    links: [],
    error: undefined,
  };
}

const clock = new WallClock();
const open: Server[] = [];

/** A receiver that answers the n-th request, from 0, as told; `undefined` hangs. */
async function receiver(answer: (n: number, response: ServerResponse) => number | undefined) {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = answer(bodies.push(Buffer.concat(chunks)) - 1, response);
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function outboxTo<P extends Parcel>(destination: SpanDestination<P>, timeoutUs = 200_000) {
  const board = new Board({});
  const delivery = new Delivery<P>({
    destination: 'tracing',
    transport: destination.transport,
    clock,
    random: createRandom(1),
    board,
    timeoutUs,
    backoff: { firstUs: 5_000, longestUs: 20_000 },
  });
  const outbox = new SpanOutbox({ destination, delivery, intervalUs: 10_000, board, clock });
  return { outbox, delivery };
}

const otlpTo = (url: string) => otlpSpans({ url: new URL(`${url}/v1/traces`), clock }, identity);
const jaegerTo = (url: string) => jaegerSpans({ endpoint: `${url}/api/traces` }, identity);
const both = [
  ['OTLP', otlpTo as (url: string) => SpanDestination<Parcel>],
  ['Jaeger over HTTP', jaegerTo as (url: string) => SpanDestination<Parcel>],
] as const;

describe.each(both)('%s', (_, to) => {
  it('is given what it takes', async () => {
    const { url, bodies } = await receiver(() => 202);
    const { outbox, delivery } = outboxTo(to(url));
    outbox.add([spanOf(1), spanOf(2)]);
    expect(await outbox.flush(5_000_000)).toBe(true);
    expect(delivery.counts).toMatchObject({ produced: 2, sent: 2, dropped: 0 });
    expect(bodies).toHaveLength(1);
    await outbox.close(0);
  });

  it('that hangs costs an attempt at a time, and has the same spans when it is well again', async () => {
    const { url, bodies } = await receiver((n) => (n < 2 ? undefined : 202));
    const { outbox, delivery } = outboxTo(to(url));
    const began = performance.now();
    outbox.add([spanOf(1)]);
    expect(performance.now() - began).toBeLessThan(100);
    expect(await outbox.flush(10_000_000)).toBe(true);
    expect(delivery.counts).toMatchObject({ produced: 1, sent: 1, dropped: 0 });
    expect(bodies).toHaveLength(3);
    expect(bodies[2]).toEqual(bodies[0]);
    await outbox.close(0);
  });

  it('that is busy is tried again', async () => {
    const { url, bodies } = await receiver((n) => (n === 0 ? 503 : 200));
    const { outbox, delivery } = outboxTo(to(url));
    outbox.add([spanOf(1)]);
    expect(await outbox.flush(10_000_000)).toBe(true);
    expect(delivery.counts).toMatchObject({ sent: 1, dropped: 0 });
    expect(bodies).toHaveLength(2);
    await outbox.close(0);
  });

  it('that refuses is not asked again for the same spans', async () => {
    const { url, bodies } = await receiver((n) => (n === 0 ? 400 : 200));
    const { outbox, delivery } = outboxTo(to(url));
    outbox.add([spanOf(1)]);
    expect(await outbox.flush(5_000_000)).toBe(true);
    outbox.add([spanOf(2)]);
    expect(await outbox.flush(5_000_000)).toBe(true);
    expect(delivery.counts).toMatchObject({ produced: 2, sent: 1, dropped: 1 });
    expect(bodies).toHaveLength(2);
    await outbox.close(0);
  });

  it('that is down or hung keeps the end no longer than its deadline; what is left is counted', async () => {
    const hung = await receiver(() => undefined);
    for (const url of [hung.url, 'http://127.0.0.1:1']) {
      const { outbox, delivery } = outboxTo(to(url), 60_000_000);
      outbox.add([spanOf(1), spanOf(2), spanOf(3)]);
      const began = performance.now();
      await outbox.close(100_000);
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(delivery.counts).toMatchObject({ produced: 3, sent: 0, dropped: 3, queued: 0 });
    }
  });
});

describe('a Jaeger agent', () => {
  it('that is not there is not noticed over UDP, and harms nobody', async () => {
    const { outbox, delivery } = outboxTo(jaegerSpans({ host: '127.0.0.1', port: 1 }, identity));
    outbox.add(Array.from({ length: 250 }, (_, view) => spanOf(view)));
    expect(await outbox.flush(5_000_000)).toBe(true);
    expect(delivery.counts).toMatchObject({ produced: 250, sent: 250, dropped: 0 });
    await outbox.close(0);
  });

  it('whose name cannot be resolved is tried again, and given up at the end', async () => {
    const { outbox, delivery } = outboxTo(
      jaegerSpans({ host: 'no-such-host.invalid', port: 6832 }, identity),
    );
    outbox.add([spanOf(1)]);
    await outbox.close(300_000);
    expect(delivery.counts).toMatchObject({ produced: 1, sent: 0, dropped: 1 });
  });
});
