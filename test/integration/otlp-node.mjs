// A node that has OpenTelemetry: the SDK for JavaScript, set up by its own environment variables alone. It says some records,
// waits until all of them have left, and prints what it says that it sent.
import { createRequire } from 'node:module';
import { api, NodeSDK } from '@opentelemetry/sdk-node';

const ofSdk = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/sdk-node'));
const { logs } = ofSdk('@opentelemetry/api-logs');

const views = Number(process.argv[2]);
const sdk = new NodeSDK();
sdk.start();

const logger = logs.getLogger('node');
const tracer = api.trace.getTracer('node');
const meter = api.metrics.getMeter('node');
const messages = meter.createCounter('hotstuff.messages', { description: 'Messages sent.' });
const pool = meter.createUpDownCounter('hotstuff.mempool.size', { unit: '{transaction}' });
const duration = meter.createHistogram('hotstuff.rpc.duration', {
  unit: 'ms',
  advice: { explicitBucketBoundaries: [10, 50, 100] },
});
meter
  .createObservableGauge('hotstuff.peers')
  .addCallback((result) => result.observe(views, { direction: 'in' }));

const sent = { logs: 0, spans: 0, spanEvents: 0 };
const emit = (record) => {
  logger.emit(record);
  sent.logs++;
};
for (let view = 1; view <= views; view++) {
  const span = tracer.startSpan('execution.block', {
    attributes: { height: view, transactions: 3, fuel_used: 7 },
  });
  emit({
    eventName: 'consensus.view_entered',
    attributes: { 'hotstuff.view': view, 'hotstuff.trigger': 'qc', 'hotstuff.leader': 'a' },
  });
  emit({
    eventName: 'consensus.block_committed',
    attributes: { 'hotstuff.view': view, 'hotstuff.height': view, 'hotstuff.block': `b${view}` },
  });
  emit({ body: `nothing of consensus happened in view ${view}` });
  span.addEvent('consensus.vote_sent', {
    'hotstuff.view': view,
    'hotstuff.vote': 'vote1',
    'hotstuff.block': `b${view}`,
  });
  span.end();
  sent.spans++;
  sent.spanEvents++;
  messages.add(2, { kind: 'vote' });
  pool.add(view % 2 === 0 ? -1 : 3);
  duration.record(view * 5);
  if (view % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
await sdk.shutdown();
process.stdout.write(`${JSON.stringify(sent)}\n`);
