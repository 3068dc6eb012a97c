/**
 * From the event to the page: 200 breaches of the protocol and 200 errors of a node, each written to the socket of the
 * built sidecar and timed until the webhook has it. The sidecar is a process of its own and as busy as it may be: state
 * made durable, half of the events it can take, a scrape every second, half a day of history being sealed. A real
 * Prometheus with the same rules and a real Alertmanager with the same routes stand beside it, at their fastest settings.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '../../src/base/random.js';
import { Child, eventually } from '../support/child.js';
import { PrometheusServer } from '../support/prometheus.js';
import { ruleFiles } from '../support/alerted-run.js';
import { archiveRows } from './archive-day.js';
import { duration, type BenchRow, type Peer } from './row.js';

const FIRINGS = 200;
/** That fail. */
const NODES = 10;
const BETWEEN_MS = 150;
/** Half a day of rows that wait to be sealed. */
const BACKLOG_ROWS = 8_640;
const FLOOD_MS = 4_000;
const LAST_MS = 10_000;
const MS = 1e6;

/** What is timed: which alert, of which label, and how an event makes it fire. */
interface Kind {
  readonly alert: string;
  readonly label: string;
  readonly lines: (i: number) => readonly Line[];
}

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

const breach: Kind = {
  alert: 'HotStuffValidatorByzantine',
  label: 'validator',
  lines: (i) =>
    ['a', 'b'].map((block) => ({
      ...{ type: 'consensus.vote_received', view: 10, vote: 'vote1' },
      ...{ block: `0x${block}`, validator: `probe-${i}` },
    })),
};
const failure: Kind = {
  alert: 'HotStuffNodeErrors',
  label: 'part',
  // A part each, and no more parts of a node than it may name.
  lines: (i) => [
    {
      type: 'process.error_raised',
      node: `probe-${i % NODES}`,
      component: `probe-${i}`,
      severity: 'critical',
    },
  ],
};

/** Measures for about two minutes. */
export async function run(): Promise<BenchRow[]> {
  const stage = await Stage.open();
  try {
    await stage.settle();
    const shares = await stage.fire();
    return [
      row('a breach of the protocol (critical)', breach, 50, stage, shares),
      row('an error of a node (a rule without `for`)', failure, 600, stage, shares),
    ];
  } finally {
    await stage.close();
  }
}

/** What was going on while it was measured. */
interface Shares {
  readonly eventsPerSecond: number;
  readonly most: number;
  readonly sealing: number;
}

function row(what: string, kind: Kind, floorMs: number, stage: Stage, shares: Shares): BenchRow {
  const ours = stage.times('/ours', kind);
  const theirs = stage.times('/theirs', kind);
  const p99 = at(ours, 0.99);
  const load = `${Math.round(shares.eventsPerSecond / 1000)} k events/s of at most ${Math.round(shares.most / 1000)} k, sealing ${(shares.sealing * 100).toFixed(0)} % of the time, load average ${loadavg()[0]!.toFixed(1)}`;
  const peer: Peer = {
    name: `Prometheus + Alertmanager, ${theirs.length} of ${FIRINGS}`,
    value: `${duration(at(theirs, 0.5))} / ${duration(at(theirs, 0.99))}`,
    ratio: at(theirs, 0.99) / p99,
  };
  return {
    what: `${what}: event on the socket -> webhook, ${ours.length} of ${FIRINGS}, ${load}: median / p99`,
    ours: `${duration(at(ours, 0.5))} / ${duration(p99)} (longest ${duration(at(ours, 1))})`,
    peers: [peer],
    floor: `p99 at most ${floorMs} ms, none lost`,
    holds: p99 <= floorMs * MS && ours.length === FIRINGS,
  };
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
  readonly #probe: Probe;
  #most = 0;

  private constructor(parts: Parts) {
    this.#folder = parts.folder;
    this.#hook = parts.hook;
    this.#heard = parts.heard;
    this.#url = parts.url;
    this.#sidecar = parts.sidecar;
    this.#alertmanager = parts.alertmanager;
    this.#prometheus = parts.prometheus;
    this.#load = parts.load;
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
    const sidecar = Child.cli(['run', '--config', config]);
    const [, url] = await sidecar.printed(/"http":"(http:[^"]+)"/);
    const { alertmanager, address } = await startAlertmanager(routes('theirs'), join(folder, 'alertmanager'));
    const prometheus = await PrometheusServer.alerting(url!.replace('http://', ''), files, address);
    const load = fork(join(import.meta.dirname, 'latency-load.ts'), [path], {
      execArgv: ['--import', 'tsx'],
    });
    const probe = await Probe.open(path);
    return new Stage({ folder, hook, heard, url: url!, sidecar, alertmanager, prometheus, load, probe });
  }

  /** Finds out how much it takes at most, and goes on with half of that. */
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
    this.#load.send(Math.round(this.#most / 2));
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
    for (let i = 0; i < FIRINGS; i++)
      for (const kind of [breach, failure]) {
        await pause(BETWEEN_MS * (0.5 + random.float()));
        this.#sent.set(keyOf(kind, `probe-${i}`), process.hrtime.bigint());
        this.#probe.say(kind.lines(i));
      }
    const seconds = (performance.now() - beganAt) / 1000;
    const events = (await this.#metric('quorumscope_events_processed_total')) - before;
    await pause(LAST_MS);
    clearInterval(look);
    return {
      eventsPerSecond: events / seconds,
      most: this.#most,
      sealing: sealing / Math.max(1, looks),
    };
  }

  /** Nanoseconds from event to webhook, ascending. */
  times(path: string, kind: Kind): readonly number[] {
    const found: number[] = [];
    for (let i = 0; i < FIRINGS; i++) {
      const key = keyOf(kind, `probe-${i}`);
      const heard = this.#heard.get(`${path} ${key}`);
      if (heard !== undefined) found.push(Number(heard - this.#sent.get(key)!));
    }
    return found.sort((a, b) => a - b);
  }

  async close(): Promise<void> {
    this.#probe.end();
    this.#load.kill();
    await this.#sidecar.stop();
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
  readonly probe: Probe;
}

/** A node that states what is to be told of. */
class Probe {
  readonly #socket: Socket;
  readonly #seqs = new Map<string, number>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    const validators = Array.from({ length: FIRINGS }, (_, i) => ({ id: `probe-${i}`, power: 1 }));
    for (let i = 0; i < NODES; i++)
      this.#write({ v: 1, type: 'hello', ...head(`probe-${i}`), chain: 'probe', run: 'r', validators });
    this.say([{ type: 'consensus.view_entered', view: 10, trigger: 'qc', leader: 'probe-0' }]);
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
