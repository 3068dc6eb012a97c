/** The built sidecar as a process that can be told at which step to die, with one node whose gauge the test sets. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Child, cli, eventually } from './child.js';

/** What the receiver was told of one alert. */
export interface Heard {
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  /** The life that it was. */
  readonly life: string;
}

const mortal = join(import.meta.dirname, 'mortal.mjs');
const PATIENCE_MS = 60_000;
const GRACE_MS = 6_000;
/** Whoever has not said by then how it is comes too late: the grace may be over before it is heard. */
const TIMELY_MS = 4_000;

/** One folder of data, and the processes that live over it one after the other. */
export class MortalSidecar {
  /** Everything that arrived. */
  readonly heard: Heard[] = [];
  readonly #home: string;
  #child: Child | undefined;
  #socket: Socket | undefined;
  #url = '';
  #runs = 0;
  #seq = 0;
  #armedAt = 0;
  #death = 'nothing';
  #startedAtMs = 0;
  /** Nobody has said yet how it is. */
  #isNew = false;
  /** Whether a machine without time for us kept the gauge back for longer than the grace after a start is sure to last. */
  isLate = false;

  /** @param webhook where it is to tell of alerts @param rules of one group */
  constructor(home: string, webhook: string, rules: readonly unknown[]) {
    this.#home = home;
    mkdirSync(home);
    const file = (name: string, content: unknown): string => {
      const path = join(home, name);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    const route = {
      group_by: ['alertname', 'life'],
      group_wait: '0s',
      group_interval: '1s',
      receiver: 'all',
    };
    const routes = file('alertmanager.yml', {
      route: {
        ...{ ...route, repeat_interval: '1h' },
        routes: [{ receiver: 'all', matchers: ['alertname = Acknowledged'], repeat_interval: '5s' }],
      },
      receivers: [{ name: 'all', webhook_configs: [{ url: webhook }] }],
    });
    file('quorumscope.yaml', {
      server: { listen: '127.0.0.1:0' },
      attach: { socket: `unix://${join(home, 'events.sock')}` },
      data: { dir: join(home, 'data') },
      // The port is another one each time.
      history: { archive: false, instance: 'here' },
      health: { enabled: false },
      notify: { config_file: routes },
      rules: {
        files: [file('life.rules.yml', { groups: [{ name: 'g', rules }] })],
        ...{ interval: '100ms', restart_grace: `${GRACE_MS / 1000}s` },
      },
    });
  }

  /** Starts it over what the last one left, with the node attached. */
  async start(): Promise<void> {
    const config = join(this.#home, 'quorumscope.yaml');
    this.#startedAtMs = performance.now();
    const child = new Child(process.execPath, ['--import', mortal, cli, 'run', '--config', config]);
    this.#child = child;
    const [, url] = await child.printed(/"http":"(http:[^"]+)"/);
    this.#url = url!;
    this.#socket = connect(join(this.#home, 'events.sock')).on('error', () => undefined);
    this.#seq = 0;
    this.#say({ v: 1, type: 'hello', chain: 'c', run: `r${++this.#runs}` });
    this.#event({ type: 'metric.declared', metric: 'node_life', kind: 'gauge', labels: ['life'] });
    this.#armedAt = 0;
    this.#isNew = true;
  }

  /** Names the step at which it dies next: one of `steps`, `arrival of firing`, `arrival of resolved` or `nothing`. */
  async arm(death: string): Promise<void> {
    this.#death = death;
    const before = this.#output.length;
    this.#armedAt = before;
    this.#child!.process.stdin!.write(`die at ${death}\n`);
    await eventually(() => this.#output.includes('armed\n', before) || undefined, PATIENCE_MS, 'armed');
  }

  /** Steps since it was armed, in their order. */
  get steps(): readonly string[] {
    return [...this.#output.slice(this.#armedAt).matchAll(/^step (.*)$/gm)].map(([, step]) => step!);
  }

  /** Whether no message of this process is on its way, and the last one is on disk. */
  get isSettled(): boolean {
    const { steps } = this;
    const last = steps.findLastIndex((step) => step.startsWith('message'));
    if (last < 0) return true;
    return (
      steps[last]!.startsWith('message after') &&
      steps.slice(last).some((step) => step.startsWith('notifications after fsync'))
    );
  }

  /** Sets the gauge `node_life` of a life. */
  set(life: string, value: number): void {
    if (this.#isNew && performance.now() - this.#startedAtMs > TIMELY_MS) this.isLate = true;
    this.#isNew = false;
    this.#event({ type: 'metric.sampled', metric: 'node_life', value, labels: { life } });
  }

  /** Waits until something is so. @returns false when the process died before */
  async lives(isSo: () => boolean): Promise<boolean> {
    let isDead = false;
    void this.died.then(() => (isDead = true));
    const seen = await eventually(
      () => (isSo() ? 'so' : isDead ? 'dead' : undefined),
      PATIENCE_MS,
      `what was waited for after ${this.#death}, with ${JSON.stringify(this.steps)}, heard ${JSON.stringify(this.heard.slice(-6))}`,
    );
    return seen === 'so';
  }

  /** Resolves when the process is no more. */
  get died(): Promise<unknown> {
    return this.#child!.exited;
  }

  /** Whether it dies in this time. */
  async diesWithin(ms: number): Promise<boolean> {
    return Promise.race([
      this.died.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms)),
    ]);
  }

  /** A message has arrived. @returns false when it is not to be answered, because the process is dead */
  hear(told: readonly Heard[]): boolean {
    this.heard.push(...told);
    const isFatal = told.some(
      ({ name, status }) => name === 'Life' && this.#death === `arrival of ${status}`,
    );
    if (isFatal) this.kill();
    return !isFatal;
  }

  kill(): void {
    this.#death = 'nothing';
    this.#child!.signal('SIGKILL');
  }

  /** Silences an alert by its name. */
  async silence(name: string): Promise<void> {
    const matchers = [{ name: 'alertname', value: name, isRegex: false, isEqual: true }];
    const [startsAt, endsAt] = [new Date().toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
    await this.#post('/api/v2/silences', { matchers, startsAt, endsAt, createdBy: 'test', comment: 'c' });
  }

  /** The names that active silences name. */
  async silences(): Promise<readonly string[]> {
    const all = (await this.#get('/api/v2/silences')) as readonly {
      readonly matchers: readonly { readonly value: string }[];
    }[];
    return all.map(({ matchers }) => matchers[0]!.value);
  }

  /** Acknowledges an alert that fires, once it has been told. */
  async acknowledge(name: string): Promise<void> {
    await this.lives(() => this.heard.some((heard) => heard.name === name));
    const all = (await this.#get('/api/v2/alerts')) as readonly {
      readonly fingerprint: string;
      readonly labels: Readonly<Record<string, string>>;
    }[];
    const alert = all.find(({ labels }) => labels['alertname'] === name)!.fingerprint;
    await this.#post('/api/quorumscope/v1/acknowledgements', { alert, by: 'test' });
  }

  async acknowledgements(): Promise<readonly unknown[]> {
    return (await this.#get('/api/quorumscope/v1/acknowledgements')) as readonly unknown[];
  }

  async stop(): Promise<void> {
    this.#socket?.destroy();
    await this.#child?.stop('SIGKILL');
  }

  get #output(): string {
    return this.#child!.output;
  }

  #event(fields: Readonly<Record<string, unknown>>): void {
    this.#say({ ...fields, seq: this.#seq++ });
  }

  #say(fields: Readonly<Record<string, unknown>>): void {
    this.#socket!.write(`${JSON.stringify({ ...fields, node: 'n1', ts_us: Date.now() * 1000 })}\n`);
  }

  async #get(path: string): Promise<unknown> {
    return (await fetch(`${this.#url}${path}`)).json();
  }

  async #post(path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}
