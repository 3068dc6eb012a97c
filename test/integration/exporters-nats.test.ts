/**
 * Events at a real NATS server: under their subjects, each once, through restarts of the server and of the sidecar; and the
 * account holds whenever the plug is pulled.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type * as face from '../../src/index.js';
import { isInstalled } from '../support/database.js';
import { eventually } from '../support/child.js';
import { NatsServer } from '../support/nats-server.js';

const built = (await import(join(import.meta.dirname, '../../dist/src/index.js'))) as typeof face;

interface Account {
  readonly produced: number;
  readonly sent: number;
  readonly dropped: number;
  readonly queued: number;
  readonly spooled: number;
}

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-nats-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function serverOf(args: readonly string[] = []): Promise<NatsServer> {
  const server = new NatsServer(args);
  onTestFinished(() => server.remove());
  await server.start();
  return server;
}

/** A sidecar that sends to it; its life can end and begin again. */
class Sender {
  readonly #settings: Record<string, unknown>;
  readonly #folder = folderOf();
  #seq = 0;
  #life = 0;
  #feed!: face.Feed;
  sidecar!: face.Sidecar;

  private constructor(settings: Record<string, unknown>) {
    this.#settings = settings;
  }

  static async start(settings: Record<string, unknown>): Promise<Sender> {
    const sender = new Sender(settings);
    onTestFinished(() => sender.sidecar.stop());
    await sender.begin();
    return sender;
  }

  async begin(): Promise<void> {
    const text = JSON.stringify({
      server: { listen: '127.0.0.1:0' },
      attach: { socket: `unix://${this.#folder}/events-${++this.#life}.sock` },
      exporters: { fleet: { kind: 'nats', ...this.#settings } },
    });
    const config = built.parseConfig({ file: { name: 'test', text } });
    this.sidecar = built.createSidecar(config, {
      clock: new built.WallClock(),
      logger: built.silentLogger,
    });
    await this.sidecar.start();
    this.#feed = this.sidecar.openFeed({ door: 'unix', peer: 'test' });
    this.say({ v: 1, type: 'hello', node: 'n.1', chain: 'my chain', run: 'r' });
  }

  say(fields: Record<string, unknown>): void {
    this.#feed.write(Buffer.from(`${JSON.stringify({ ts_us: 1_748_779_200_000_000, ...fields })}\n`));
  }

  /** Enters the next `count` views. */
  enter(count: number): void {
    for (let i = 0; i < count; i++) {
      const seq = this.#seq++;
      this.say({ type: 'consensus.view_entered', seq, view: seq, trigger: 'qc', leader: 'n1' });
    }
  }

  get views(): number[] {
    return Array.from({ length: this.#seq }, (_, view) => view);
  }

  async post(what: 'pause' | 'resume' | 'test'): Promise<unknown> {
    const url = `${this.sidecar.addresses.http}/api/quorumscope/v1/exporters/fleet/${what}`;
    return (await fetch(url, { method: 'POST' })).json();
  }

  async account(): Promise<Account> {
    const answer = await fetch(`${this.sidecar.addresses.http}/api/quorumscope/v1/exporters`);
    return ((await answer.json()) as { exporters: { points: Account }[] }).exporters[0]!.points;
  }

  /** Resolves when nothing waits. */
  async sent(): Promise<Account> {
    return eventually(
      async () => {
        await this.sidecar.flush();
        const account = await this.account();
        return account.queued + account.spooled === 0 ? account : undefined;
      },
      60_000,
      'all sent',
    );
  }
}

const SUBJECT = 'fleet.my%20chain.n%2E1.consensus.view_entered';

function viewsAt(server: NatsServer): Promise<unknown[]> {
  return server
    .held('events')
    .then((held) =>
      held.flatMap(({ subject, data }) =>
        subject === SUBJECT ? [(data['event'] as { view: number }).view] : [],
      ),
    );
}

describe.skipIf(!isInstalled('nats-server'))('NATS JetStream (skipped without nats-server)', () => {
  it('holds every event under its subject and id, and what was concluded', async () => {
    const server = await serverOf();
    await server.addStream('events', 'fleet.>');
    const sender = await Sender.start({ servers: server.url, prefix: 'fleet' });
    sender.enter(5);
    const breach = { kind: 'double_vote', validator: 'v2', view: 3, statement_a: 'aa', statement_b: 'bb' };
    sender.say({ type: 'consensus.byzantine_detected', seq: 5, ...breach });
    await sender.sent();
    const held = await server.held('events');
    expect(held[0]).toMatchObject({
      subject: 'fleet.my%20chain.n%2E1.hello',
      id: 'my%20chain/n%2E1/r/hello/at-1748779200000000',
    });
    const entered = held.filter(({ subject }) => subject === SUBJECT);
    expect(entered.map(({ id }) => id)).toEqual(
      [0, 1, 2, 3, 4].map((seq) => `my%20chain/n%2E1/r/consensus/${seq}`),
    );
    expect(entered[1]!.data).toMatchObject({
      chain: 'my chain',
      node: 'n.1',
      run: 'r',
      event: { type: 'consensus.view_entered', view: 1 },
    });
    const subjects = held.map(({ subject }) => subject);
    expect(subjects).toContain('fleet.my%20chain._.quorumscope.finding');
    expect(subjects).toContain('fleet.my%20chain._.quorumscope.verdict');
    expect(await sender.post('test')).toMatchObject({ outcome: 'delivered' });
  });

  it('holds what two sidecars heard once, and only the types asked for', async () => {
    const server = await serverOf();
    await server.addStream('events', 'fleet.>');
    const settings = { servers: server.url, prefix: 'fleet', types: 'consensus.*' };
    const senders = [await Sender.start(settings), await Sender.start(settings)];
    for (const sender of senders) {
      sender.enter(50);
      await sender.sent();
    }
    const held = await server.held('events');
    expect(held.map(({ subject }) => subject)).toEqual(Array.from({ length: 50 }, () => SUBJECT));
  });

  it('gets everything once and in order after it was away, killed and stopped, and the sidecar too', async () => {
    const server = await serverOf();
    await server.addStream('events', 'fleet.>');
    const spool = { folder: join(folderOf(), 'spool') };
    const sender = await Sender.start({ servers: server.url, prefix: 'fleet', spool });
    sender.enter(3_000);
    await sender.sent();
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      sender.enter(2_500);
      await server.stop(signal);
      sender.enter(2_500);
      await eventually(
        async () => ((await sender.account()).spooled > 0 ? true : undefined),
        20_000,
        'something is spooled',
      );
      await sender.sidecar.stop();
      await sender.begin();
      sender.enter(500);
      await server.start();
      await sender.sent();
    }
    const account = await sender.account();
    expect(account.dropped).toBe(0);
    expect(account.produced).toBe(account.sent);
    expect(await viewsAt(server)).toEqual(sender.views);
  }, 120_000);

  it('does not let go of events while no stream takes them, and says so', async () => {
    const server = await serverOf();
    const sender = await Sender.start({ servers: server.url, prefix: 'fleet' });
    expect(await sender.post('test')).toMatchObject({
      outcome: 'retry',
      detail: 'no JetStream stream takes these subjects',
    });
    sender.enter(10);
    await server.addStream('events', 'fleet.>');
    await sender.sent();
    expect(await viewsAt(server)).toEqual(sender.views);
  });

  it('takes credentials from a file, over TLS; without them nothing is sent or shown', async () => {
    const folder = folderOf();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', cert];
    const subject = [
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-days',
      '2',
    ];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...made, ...subject], { stdio: 'ignore' });
    const server = new NatsServer(['--tls', '--tlscert', cert, '--tlskey', key, '--auth', 's3cret-token']);
    onTestFinished(() => server.remove());
    await server.start();
    const token = join(folder, 'token');
    writeFileSync(token, 'wrong\n');
    const servers = server.url.replace('nats:', 'tls:');
    const sender = await Sender.start({ servers, ca_file: cert, token_file: token, timeout: '2s' });
    const refused = await sender.post('test');
    expect(refused).toMatchObject({ outcome: 'retry', reason: 'unreachable' });
    expect((refused as { detail: string }).detail).toMatch(/authorization/i);
    writeFileSync(token, 's3cret-token\n');
    // It is let in now: what is missing is a stream.
    expect(await sender.post('test')).toMatchObject({
      detail: 'no JetStream stream takes these subjects',
    });
    expect(JSON.stringify(refused)).not.toMatch(/wrong|s3cret/);
  });

  it('is accounted for to the event whenever the plug is pulled', async () => {
    const server = await serverOf();
    await server.addStream('events', 'fleet.>');
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 1_500 }) },
      { weight: 3, arbitrary: fc.constantFrom('kill' as const, 'start' as const) },
      { weight: 1, arbitrary: fc.constantFrom('pause' as const, 'resume' as const, 'restart' as const) },
    );
    let isUp = true;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const spool = { folder: join(folderOf(), 'spool') };
        const settings = { servers: server.url, prefix: 'fleet', spool, timeout: '1s' };
        const sender = await Sender.start({ ...settings, types: 'consensus.*' });
        const connection = await server.connected();
        await (await connection.jetstreamManager()).streams.delete('events');
        await connection.close();
        await server.addStream('events', 'fleet.>');
        const check = async (): Promise<void> => {
          const { produced, sent, dropped, queued, spooled } = await sender.account();
          expect(sent + dropped + queued + spooled).toBe(produced);
        };
        for (const one of steps) {
          if (typeof one === 'number') sender.enter(one);
          else if (one === 'restart') {
            await sender.sidecar.stop();
            await sender.begin();
          } else if (one === 'pause' || one === 'resume') await sender.post(one);
          else if (one === 'kill' && isUp) {
            await server.stop();
            isUp = false;
          } else if (one === 'start' && !isUp) {
            await server.start();
            isUp = true;
          }
          await check();
        }
        if (!isUp) await server.start();
        isUp = true;
        await sender.post('resume');
        const { dropped } = await sender.sent();
        await check();
        expect(dropped).toBe(0);
        expect(await viewsAt(server)).toEqual(sender.views);
        await sender.sidecar.stop();
      }),
      { seed: 20261122, numRuns: 4 },
    );
  }, 180_000);
});
