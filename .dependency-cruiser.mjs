// The arrows of ARCHITECTURE.md as rules. A room may import what its row lists, itself, and nothing
// else of ours; each third-party client appears in one room.
const rooms = {
  'src/base': [],
  'src/events': ['src/base'],
  'src/metrics': ['src/base'],
  'src/promql': ['src/base'],
  'src/config': ['src/base'],
  'src/journal': ['src/base'],
  'src/attach': ['src/base', 'src/events', 'src/metrics'],
  'src/intake': ['src/base', 'src/events', 'src/metrics', 'src/attach/feed.ts'],
  'src/domains': ['src/base', 'src/events', 'src/metrics'],
  'src/evidence': ['src/base', 'src/metrics', 'src/journal', 'src/domains/consensus/findings/finding.ts'],
  'src/incidents': [
    'src/base',
    'src/events',
    'src/metrics',
    'src/intake/tap.ts',
    'src/intake/node-stamp.ts',
    'src/domains/consensus/findings/finding.ts',
    'src/domains/consensus/verdict/view-verdict.ts',
  ],
  'src/delivery': ['src/base', 'src/metrics', 'src/journal'],
  'src/export': ['src/base', 'src/metrics', 'src/delivery'],
  'src/views': ['src/base', 'src/domains/consensus', 'src/evidence', 'src/incidents'],
  'src/report': ['src/base', 'src/views', 'src/domains/consensus'],
  'src/history': ['src/base', 'src/metrics', 'src/journal', 'src/promql'],
  'src/query': ['src/base', 'src/promql'],
  'src/alerts': ['src/base', 'src/events', 'src/metrics', 'src/promql', 'src/journal', 'src/delivery'],
  'src/analytics': ['src/base', 'src/promql'],
  'src/tracing': ['src/base', 'src/events', 'src/metrics', 'src/delivery', 'src/domains'],
  'src/health': ['src/base', 'src/metrics'],
  'src/dashboards': ['src/base', 'src/metrics', 'src/promql'],
  'src/server': ['src/base'],
};

const clients = {
  'prom-client': '^src/export/prometheus/',
  commander: '^src/cli/',
  pino: '^src/cli/',
  // Scenario files are read as the configuration is, in a room of their own.
  // Alertmanager's file is another one than ours, with rules of its own.
  yaml: '^(src/(config|cli|alerts|attach/logs)|simulator/scenario)/',
  nodemailer: '^src/alerts/channels/email\\.ts$',
  zod: '^(src/config|simulator/scenario)/',
  nats: '^src/export/nats/',
  re2js: '^src/promql/',
  '@grafana/grafana-foundation-sdk': '^src/dashboards/(render|variables)',
  hyparquet: '^src/history/archive/',
  'hyparquet-writer': '^src/history/archive/',
  '@libp2p/interface': '^src/attach/libp2p/',
  '@opentelemetry/sdk-node': '^src/tracing/',
  '@opentelemetry/exporter-jaeger': '^src/tracing/jaeger-spans\\.ts$',
};

const escape = (path) => path.replaceAll('/', '\\/');
const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room.replace('src/', '')}-imports`,
  comment: `${room} may import ${allowed.join(', ') || 'nothing of ours'}; what else it needs is a port that sidecar.ts fills.`,
  severity: 'error',
  from: { path: `^${escape(room)}\\/` },
  to: {
    path: '^(src|simulator|test)\\/',
    pathNot: [room, ...allowed].map((path) => `^${escape(path)}(\\/|$)`),
  },
}));
const clientRules = Object.entries(clients).map(([client, home]) => ({
  name: `${client}-has-one-home`,
  comment: `${client} is used in one room, so that it can be replaced there.`,
  severity: 'error',
  from: { path: '^(src|simulator)/', pathNot: home },
  to: { path: `node_modules/${client}/` },
}));

export default {
  forbidden: [
    ...roomRules,
    ...clientRules,
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domains-are-apart',
      comment: 'No domain imports another: what two domains share is an event or a series.',
      severity: 'error',
      from: { path: '^src/domains/([^/]+)/' },
      to: { path: '^src/domains/[^/]+/', pathNot: '^src/domains/$1/' },
    },
    {
      name: 'exporters-are-apart',
      comment: 'Exporters do not import each other.',
      severity: 'error',
      from: { path: '^src/export/([^/]+)/' },
      to: { path: '^src/export/[^/]+/', pathNot: '^src/export/$1/' },
    },
    {
      name: 'sidecar-is-the-root',
      comment: 'Only the command line and the package entry know the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|index\\.ts|sidecar\\.ts|embedded)' },
      to: { path: '^src/sidecar\\.ts' },
    },
    {
      name: 'nobody-imports-cli',
      comment: 'The command line is the outermost layer.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'src-does-not-know-the-simulator',
      comment: 'Only the simulate and demo commands start it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/(simulate|demo)' },
      to: { path: '^simulator/' },
    },
    {
      name: 'simulator-uses-public-faces',
      comment: 'The simulator is our first user: it sees what any node author sees, and the leaf room base.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: '^src/', pathNot: '^src/(hooks\\.ts|index\\.ts|base/)' },
    },
    {
      name: 'testing-is-the-outer-face',
      comment: 'The testing face uses the simulator; nothing in the simulator or the sidecar needs it.',
      severity: 'error',
      from: { path: '^(src|simulator)/', pathNot: '^simulator/testing/' },
      to: { path: '^simulator/testing/' },
    },
    {
      name: 'testing-imports-no-framework',
      comment: 'It works under any test runner, because it knows none.',
      severity: 'error',
      from: { path: '^simulator/testing/' },
      to: { pathNot: '^(simulator|src)/|^(node:)?(child_process)$' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing reaches is dead. A worker is started by its address, not imported.',
      severity: 'error',
      from: { orphan: true, path: '^(src|simulator)/', pathNot: '(\\.d|-worker)\\.ts$' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
