// Reads the traces of a service back through Jaeger's query API and checks that they are what was sent: one per view, with the spans of
// all four nodes under one root, failed views with their cause, and transactions with a link to the view that decided them. Arguments: address of the API, name of the service.
const [, , api, service] = process.argv;
const problems = [];
const expect = (holds, problem) => void (holds || problems.push(problem));

const found = async () =>
  (await (await fetch(`${api}/api/traces?service=${service}&limit=5000&lookback=1h`)).json()).data;
let traces = [];
let all = [];
const isOfTransaction = ({ spans: own }) => own.some(({ operationName }) => operationName === 'transaction');
for (let i = 0; i < 50 && traces.length < 20; i++) {
  all = await found();
  traces = all.filter((trace) => !isOfTransaction(trace));
  if (traces.length < 20) await new Promise((resolve) => setTimeout(resolve, 100));
}

const tagsOf = ({ tags }) => Object.fromEntries(tags.map(({ key, value }) => [key, value]));
let whole = 0;
let spans = 0;
const causes = new Map();
const names = new Map();
for (const { spans: own } of all)
  for (const { operationName } of own) names.set(operationName, (names.get(operationName) ?? 0) + 1);
for (const { traceID, spans: own } of traces) {
  spans += own.length;
  const views = new Set(own.map((span) => String(tagsOf(span)['hotstuff.view'])));
  expect(views.size === 1, `trace ${traceID} is of views ${[...views]}`);
  const ids = new Set(own.map(({ spanID }) => spanID));
  expect(ids.size === own.length, `trace ${traceID} has a span twice`);
  const roots = own.filter(({ references }) => !references.some(({ refType }) => refType === 'CHILD_OF'));
  const orphans = own.filter(({ references }) =>
    references.some(({ refType, spanID }) => refType === 'CHILD_OF' && !ids.has(spanID)),
  );
  for (const { operationName } of orphans) expect(operationName === 'replica', `orphan ${operationName}`);
  const instances = new Set(
    own.map((span) => tagsOf(span)['service.instance.id']).filter((instance) => instance !== undefined),
  );
  if (
    roots.length === 1 &&
    orphans.length === 0 &&
    own.filter(({ operationName }) => operationName === 'replica').length === 3
  ) {
    expect(roots[0].operationName === 'view', `root ${roots[0].operationName}`);
    whole++;
  }
  expect(instances.size <= 4, `trace ${traceID} has ${instances.size} nodes`);
  for (const span of own) {
    const { 'hotstuff.cause': cause, 'hotstuff.culprits': culprits } = tagsOf(span);
    if (span.operationName === 'view_change')
      causes.set(`${cause} ${culprits ?? ''}`, (causes.get(`${cause} ${culprits ?? ''}`) ?? 0) + 1);
  }
}
expect(traces.length > 50, `only ${traces.length} traces`);
expect(
  whole > 0.5 * traces.length,
  `only ${whole} of ${traces.length} traces have a root and three replicas`,
);
expect(causes.size > 0, 'no failed view');
for (const name of ['block', 'execution', 'persistence', 'transaction_pool', 'transaction_consensus'])
  expect(names.has(name), `no ${name}`);
const viewIds = new Set(traces.map(({ traceID }) => traceID));
const transactions = all.filter(isOfTransaction);
let linked = 0;
for (const { spans: own } of transactions) {
  const root = own.find(({ operationName }) => operationName === 'transaction');
  if (root.references.some(({ refType, traceID }) => refType === 'FOLLOWS_FROM' && viewIds.has(traceID)))
    linked++;
}
expect(
  linked > 0.8 * transactions.length,
  `only ${linked} of ${transactions.length} transactions lead to a view`,
);
console.log(`${service}: ${transactions.length} transactions, ${linked} lead to the trace of a view`);
console.log(
  `  ${[...names]
    .map(([name, count]) => `${name} ${count}`)
    .sort()
    .join(', ')}`,
);
console.log(`${service}: ${traces.length} traces, ${spans} spans, ${whole} with a root and three replicas`);
for (const [cause, count] of causes) console.log(`  view_change ${cause}: ${count}`);
const sample = traces.find(({ spans: own }) => own.length > 20);
if (sample !== undefined) {
  const begin = Math.min(...sample.spans.map(({ startTime }) => startTime));
  console.log(`  one of them, ${sample.traceID}:`);
  for (const span of [...sample.spans].sort((a, b) => a.startTime - b.startTime).slice(0, 12))
    console.log(
      `    +${String(span.startTime - begin).padStart(6)} us ${String(span.duration).padStart(6)} us  ${span.operationName}`,
    );
}
if (problems.length > 0) {
  console.error([...new Set(problems)].slice(0, 20).join('\n'));
  process.exitCode = 1;
}
