/**
 * From the event to the page: 200 breaches of the protocol and 200 errors of a node, each written to the socket of the
 * built sidecar and timed until the webhook has it. The sidecar is a process of its own and as busy as it may be: state
 * made durable, half of the events it can take, a scrape every second, a day of history being sealed. A real
 * Prometheus with the same rules and a real Alertmanager with the same routes are measured in the same run, at their
 * fastest settings, by turns: in every other phase they stand still (SIGSTOP) and the sidecar has the machine for itself; in
 * those between they run beside it. What the machine itself adds, a process shows that only waits. `LATENCY_STEPS=1` says where the time of each page went, `LATENCY_FIRINGS` how many,
 * `LATENCY_LOAD` which share of the events it can take (0.5).
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../src/base/random.js';
import { Child, cli, eventually } from '../support/child.js';
import { PrometheusServer } from '../support/prometheus.js';
import { ruleFiles } from '../support/alerted-run.js';
import { archiveRows } from './archive-day.js';
import type { Lateness } from './latency-bystander.js';
import { turnsTable, stepsTable, type Timed } from './latency-steps.js';
import type { Trace } from './latency-trace.js';
import { duration, type BenchRow, type Peer } from './row.js';
import { shipped } from './shipped.js';

/** Of each kind in each of the two settings. */
const FIRINGS = Number(process.env['LATENCY_FIRINGS'] ?? 200);
const PHASE = Math.min(FIRINGS, 25);
/** That fail. */
const NODES = 20;
const BETWEEN_MS = 150;
const LOAD = Number(process.env['LATENCY_LOAD'] ?? 0.5);
/** A day of rows that wait to be sealed. */
const BACKLOG_ROWS = 17_280;
const FLOOD_MS = 4_000;
const LAST_MS = 10_000;
const MS = 1e6;

const TRACED = process.env['LATENCY_STEPS'] === '1';
const TRACE = 'trace.json';

/** What is timed: which alert, of which label, and how an event makes it fire. */
interface Kind {
  readonly alert: string;
  readonly label: string;
  readonly lines: (value: string) => readonly Line[];
}

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

const breach: Kind = {
  alert: 'HotStuffValidatorByzantine',
  label: 'validator',
  lines: (validator) =>
    ['a', 'b'].map((block) => ({
      ...{ type: 'consensus.vote_received', view: 10, vote: 'vote1' },
      ...{ block: `0x${block}`, validator },
    })),
};
const failure: Kind = {
  alert: 'HotStuffNodeErrors',
  label: 'part',
  // A part each, and no more parts of a node than it may name.
  lines: (component) => [
    {
      type: 'process.error_raised',
      node: `probe-${Number(/\d+/.exec(component)) % NODES}`,
      ...{ component, severity: 'critical' },
    },
  ],
};

/** Whether Prometheus and Alertmanager run beside the sidecar. */
type Setting = 'alone' | 'beside';

/** Names of validators are shown whole where they are short. */
const SIGNS: Readonly<Record<Setting, string>> = { alone: 'a', beside: 'b' };

/** Measures for about five minutes. */
export async function run(): Promise<BenchRow[]> {
  const stage = await Stage.open();
  const rows: BenchRow[] = [];
  try {
    await stage.settle();
    const shares = await stage.fire();
    rows.push(
      row('a breach of the protocol (critical)', breach, 50, stage, shares),
      row('an error of a node (a rule without `for`)', failure, 600, stage, shares),
    );
  } finally {
    await stage.close();
  }
  if (stage.trace !== undefined) print(stage, stage.trace);
  return rows;
}

/** What was going on while it was measured. */
interface Shares {
  readonly eventsPerSecond: number;
  readonly most: number;
  readonly sealing: number;
  /** How late a process wakes up that only waits, while the sidecar has the machine for itself. */
  readonly late: Lateness;
}

function row(what: string, kind: Kind, floorMs: number, stage: Stage, shares: Shares): BenchRow {
  const ours = stage.times('/ours', kind, 'alone');
  const crowded = stage.times('/ours', kind, 'beside');
  const theirs = stage.times('/theirs', kind, 'beside');
  const p99 = at(ours, 0.99);
  const load = `${Math.round(shares.eventsPerSecond / 1000)} k events/s of at most ${Math.round(shares.most / 1000)} k, sealing ${(shares.sealing * 100).toFixed(0)} % of the time, load average ${loadavg()[0]!.toFixed(1)}; who only waits is woken late by p99 ${shares.late.p99.toFixed(0)}, p99.9 ${shares.late.p999.toFixed(0)}, at most ${shares.late.longest.toFixed(0)} ms`;
  const peer: Peer = {
    name: `Prometheus + Alertmanager, ${theirs.length} of ${FIRINGS}`,
    value: `${duration(at(theirs, 0.5))} / ${duration(at(theirs, 0.99))}`,
    ratio: at(theirs, 0.99) / p99,
  };
  return {
    what: `${what}: event on the socket -> webhook, ${ours.length} of ${FIRINGS}, ${load}: median / p99`,
    ours: `${duration(at(ours, 0.5))} / ${duration(p99)} (longest ${duration(at(ours, 1))}); with both of them busy on the same cores ${duration(at(crowded, 0.5))} / ${duration(at(crowded, 0.99))}, ${crowded.length} of ${FIRINGS}`,
    peers: [peer],
    floor: `p99 at most ${floorMs} ms, none lost`,
    holds: p99 <= floorMs * MS && ours.length === FIRINGS && crowded.length === FIRINGS,
  };
}

/** Where the time went. */
function print(stage: Stage, trace: Trace): void {
  for (const kind of [breach, failure])
    for (const setting of ['alone', 'beside'] as const)
      console.log(`\n${stepsTable(`${kind.alert}, ${setting}`, stage.timed('/ours', kind, setting), trace)}`);
  console.log(`\n${turnsTable(trace, stage.firstNs)}\n`);
}

/** The built sidecar, which notes its steps where that is wanted. */
function sidecarOf(config: string, trace: string): Child {
  if (!TRACED) return Child.cli(['run', '--config', config], shipped);
  const tracer = join(import.meta.dirname, 'latency-trace.ts');
  const args = ['--import', 'tsx', '--import', tracer, cli, 'run', '--config', config];
  return new Child(process.execPath, args, { ...shipped, LATENCY_TRACE: trace });
}

/** Of whom the `i`th event of a setting tells. */
function nameOf(i: number, setting: Setting): string {
  return `probe-${i}${SIGNS[setting]}`;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity;
}

/** Everybody who takes part. */
class Stage {
  readonly #folder: string;
  readonly #hook: Server;
  readonly #heard: Map<string, bigint>;
  readonly #sent = new Map<string, bigint>();
  readonly #url: string;
  readonly #sidecar: Child;
  readonly #alertmanager: Child;
  readonly #prometheus: PrometheusServer;
  readonly #load: ChildProcess;
  readonly #bystander: ChildProcess;
  readonly #probe: Probe;
  #most = 0;
  /** What the sidecar noted, where it was asked to; once it is closed. */
  trace: Trace | undefined;

  private constructor(parts: Parts) {
    this.#folder = parts.folder;
    this.#hook = parts.hook;
    this.#heard = parts.heard;
    this.#url = parts.url;
    this.#sidecar = parts.sidecar;
    this.#alertmanager = parts.alertmanager;
    this.#prometheus = parts.prometheus;
    this.#load = parts.load;
    this.#bystander = parts.bystander;
    this.#probe = parts.probe;
  }

  static async open(): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-latency-'));
    const data = join(folder, 'data');
    await layBacklog(join(data, 'history'));
    const heard = new Map<string, bigint>();
    const hook = await listen(heard);
    const { port } = hook.address() as AddressInfo;
    const path = join(folder, 'events.sock');
    const rules = join(folder, 'rules');
    const files = [...ruleFiles()].map(([name, text]) => {
      const file = `${rules}-${name}`;
      writeFileSync(file, text);
      return file;
    });
    const routes = (to: string): string => {
      const file = join(folder, `${to}.yml`);
      writeFileSync(file, routing(`http://127.0.0.1:${port}/${to}`));
      return file;
    };
    const config = join(folder, 'quorumscope.yaml');
    writeFileSync(
      config,
      JSON.stringify({
        server: { listen: '127.0.0.1:0' },
        attach: { socket: `unix://${path}` },
        data: { dir: data },
        notify: { config_file: routes('ours') },
      }),
    );
    const sidecar = sidecarOf(config, join(folder, TRACE));
    const [, url] = await sidecar.printed(/"http":"(http:[^"]+)"/);
    const { alertmanager, address } = await startAlertmanager(routes('theirs'), join(folder, 'alertmanager'));
    const prometheus = await PrometheusServer.alerting(url!.replace('http://', ''), files, address);
    const execArgv = ['--import', 'tsx'];
    const load = fork(join(import.meta.dirname, 'latency-load.ts'), [path], { execArgv });
    const bystander = fork(join(import.meta.dirname, 'latency-bystander.ts'), { execArgv });
    const probe = await Probe.open(path);
    return new Stage({
      folder,
      hook,
      heard,
      url: url!,
      sidecar,
      alertmanager,
      prometheus,
      load,
      bystander,
      probe,
    });
  }

  /** Finds out how much it takes at most, and goes on with its share of that. */
  async settle(): Promise<void> {
    this.#load.send(0);
    const isFlooded = async (): Promise<true | undefined> =>
      (await this.#metric('quorumscope_events_processed_total{source="unix",node_id="validator')) > 100_000
        ? true
        : undefined;
    await eventually(isFlooded, 60_000, 'events');
    const before = await this.#metric('quorumscope_events_processed_total');
    const beganAt = performance.now();
    await pause(FLOOD_MS);
    this.#most =
      ((await this.#metric('quorumscope_events_processed_total')) - before) /
      ((performance.now() - beganAt) / 1000);
    this.#load.send(Math.round(this.#most * LOAD));
    await pause(3_000);
  }

  async fire(): Promise<Shares> {
    const [beganAt, before] = [performance.now(), await this.#metric('quorumscope_events_processed_total')];
    const random = createRandom(1);
    let looks = 0;
    let sealing = 0;
    const look = setInterval(() => {
      looks++;
      void this.#metric('quorumscope_history_archive_jobs_total{job="seal",result="done"}').then((done) => {
        if (done === 0) sealing++;
      });
    }, 1_000);
    for (let from = 0; from < FIRINGS; from += PHASE)
      for (const setting of ['alone', 'beside'] as const) {
        await this.#turn(setting);
        for (let i = from; i < from + PHASE; i++)
          for (const kind of [breach, failure]) {
            await pause(BETWEEN_MS * (0.5 + random.float()));
            const value = nameOf(i, setting);
            this.#sent.set(keyOf(kind, value), process.hrtime.bigint());
            this.#probe.say(kind.lines(value));
          }
        await this.#told(setting);
        this.#bystander.send(false);
      }
    const seconds = (performance.now() - beganAt) / 1000;
    const events = (await this.#metric('quorumscope_events_processed_total')) - before;
    clearInterval(look);
    const told = once(this.#bystander, 'message');
    this.#bystander.send('tell');
    const [late] = (await told) as [Lateness];
    return {
      eventsPerSecond: events / seconds,
      most: this.#most,
      sealing: sealing / Math.max(1, looks),
      late,
    };
  }

  /** Nanoseconds from event to webhook, ascending. */
  times(path: string, kind: Kind, setting: Setting): readonly number[] {
    return this.timed(path, kind, setting)
      .map(({ sentNs, arrivedNs }) => arrivedNs - sentNs)
      .sort((a, b) => a - b);
  }

  /** What arrived, with both stamps. */
  timed(path: string, kind: Kind, setting: Setting): readonly Timed[] {
    return Array.from({ length: FIRINGS }, (_, i) => keyOf(kind, nameOf(i, setting))).flatMap((key) => {
      const heard = this.#heard.get(`${path} ${key}`);
      const sent = this.#sent.get(key);
      if (heard === undefined || sent === undefined) return [];
      return [{ key, sentNs: Number(sent), arrivedNs: Number(heard) }];
    });
  }

  /** Lets those who are compared run or stand still. */
  async #turn(setting: Setting): Promise<void> {
    for (const one of [this.#prometheus, this.#alertmanager])
      one.signal(setting === 'alone' ? 'SIGSTOP' : 'SIGCONT');
    // Whoever stood still has to catch up first.
    await pause(setting === 'alone' ? 1_000 : 5_000);
    this.#bystander.send(setting === 'alone');
  }

  /** When the first event was sent. */
  get firstNs(): number {
    return Number([...this.#sent.values()][0] ?? 0n);
  }

  /** Resolves when everything of a setting has arrived, or will not. */
  async #told(setting: Setting): Promise<void> {
    const paths = setting === 'alone' ? ['/ours'] : ['/ours', '/theirs'];
    const isTold = (): true | undefined =>
      [...this.#sent.keys()].every(
        (key) => !key.endsWith(SIGNS[setting]) || paths.every((path) => this.#heard.has(`${path} ${key}`)),
      ) || undefined;
    await eventually(isTold, LAST_MS, 'pages').catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#probe.end();
    this.#load.kill();
    this.#bystander.kill();
    for (const one of [this.#prometheus, this.#alertmanager]) one.signal('SIGCONT');
    await this.#sidecar.stop();
    if (TRACED) this.trace = JSON.parse(readFileSync(join(this.#folder, TRACE), 'utf8')) as Trace;
    await this.#prometheus.stop();
    await this.#alertmanager.stop();
    this.#hook.closeAllConnections();
    this.#hook.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The sum of a metric on the page of the sidecar: a scrape as any other. */
  async #metric(name: string): Promise<number> {
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    return page
      .split('\n')
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }
}

interface Parts {
  readonly folder: string;
  readonly hook: Server;
  readonly heard: Map<string, bigint>;
  readonly url: string;
  readonly sidecar: Child;
  readonly alertmanager: Child;
  readonly prometheus: PrometheusServer;
  readonly load: ChildProcess;
  readonly bystander: ChildProcess;
  readonly probe: Probe;
}

/** A node that states what is to be told of. */
class Probe {
  readonly #socket: Socket;
  readonly #seqs = new Map<string, number>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    const validators = (['alone', 'beside'] as const).flatMap((setting) =>
      Array.from({ length: FIRINGS }, (_, i) => ({ id: nameOf(i, setting), power: 1 })),
    );
    for (let i = 0; i < NODES; i++)
      this.#write({ v: 1, type: 'hello', ...head(`probe-${i}`), chain: 'probe', run: 'r', validators });
    this.say([{ type: 'consensus.view_entered', view: 10, trigger: 'qc', leader: nameOf(0, 'alone') }]);
  }

  static async open(path: string): Promise<Probe> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Probe(socket);
  }

  say(lines: readonly Line[]): void {
    let text = '';
    for (const { type, node = 'probe-0', ...fields } of lines) {
      const counter = `${String(node)} ${type.split('.')[0]}`;
      const seq = this.#seqs.get(counter) ?? 0;
      this.#seqs.set(counter, seq + 1);
      text += `${JSON.stringify({ type, ...head(String(node)), seq, ...fields })}\n`;
    }
    this.#socket.write(text);
  }

  end(): void {
    this.#socket.destroy();
  }

  #write(line: Readonly<Record<string, unknown>>): void {
    this.#socket.write(`${JSON.stringify(line)}\n`);
  }
}

function head(node: string): { readonly node: string; readonly ts_us: number } {
  return { node, ts_us: Math.floor((performance.timeOrigin + performance.now()) * 1000) };
}

function keyOf({ alert }: Kind, value: string): string {
  return `${alert} ${value}`;
}

interface Payload {
  readonly status: string;
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

/** Notes when it heard of an alert first. */
async function listen(heard: Map<string, bigint>): Promise<Server> {
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const now = process.hrtime.bigint();
      response.end('{}');
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Payload;
      for (const { labels } of alerts)
        for (const kind of [breach, failure]) {
          const key = `${request.url} ${keyOf(kind, labels[kind.label] ?? '')}`;
          if (labels['alertname'] === kind.alert && !heard.has(key)) heard.set(key, now);
        }
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  return hook;
}

/** What is timed goes out at once, one message each; the rest of what these chains give rise to is told apart. */
function routing(url: string): string {
  const timed = { receiver: 'timed', group_by: ['...'], group_wait: '0s', group_interval: '1s' };
  return JSON.stringify({
    route: {
      ...{ receiver: 'rest', group_by: ['alertname'], group_wait: '5s' },
      routes: [breach, failure].map(({ alert }) => ({ ...timed, matchers: [`alertname = ${alert}`] })),
    },
    receivers: [
      { name: 'timed', webhook_configs: [{ url }] },
      { name: 'rest', webhook_configs: [{ url: `${url}/rest` }] },
    ],
  });
}

/** Rows of earlier hours that nobody has sealed: the sidecar begins with it when it starts. */
async function layBacklog(root: string): Promise<void> {
  const later = { run: () => Promise.reject(new Error('later')), close: () => Promise.resolve() };
  const { archive } = await archiveRows(root, BACKLOG_ROWS, later);
  await archive.close();
}

async function startAlertmanager(
  config: string,
  storage: string,
): Promise<{ alertmanager: Child; address: string }> {
  const alertmanager = new Child('prometheus-alertmanager', [
    `--config.file=${config}`,
    `--storage.path=${storage}`,
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
  ]);
  const [, address] = await alertmanager.printed(/msg="?Listening on"? address=(\S+)/i);
  await eventually(
    async () => ((await fetch(`http://${address}/-/ready`)).ok ? true : undefined),
    20_000,
    'Alertmanager ready',
  );
  return { alertmanager, address: address! };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
