/** The producers that docs/PROTOCOL.md prints: they run as printed, lose whole lines only, and never wait. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineDecoder } from '../../src/events/decode.js';
import { LineSplitter } from '../../src/events/lines.js';
import type { StreamEvent } from '../../src/events/vocabulary.js';
import { Child, eventually } from '../support/child.js';

const python = spawnSync('python3', ['--version']).error === undefined;

const driver = `
import json, sys, time
sys.path.insert(0, "examples")
from producer import Producer
p = Producer("n1", "c", validator="v1")

def vote(view):
    p.state("consensus.vote_received", view=view, vote="vote1", block="b" * 64, validator="v1")
    p.state("network.message_sent", message="vote1", bytes=100)

for view in range(30000):
    vote(view)
print("stated", json.dumps(p.dropped), flush=True)
sys.stdin.readline()
while p.buffer:
    p.flush()
vote(30000)
while p.buffer:
    p.flush()
print("sent", json.dumps(p.seq), flush=True)
sys.stdin.readline()
while p.socket is not None:
    p.flush()
    vote(30001)
while p.socket is None:
    time.sleep(0.05)
    p.flush()
vote(30002)
while p.buffer:
    p.flush()
print("again", json.dumps(p.seq), flush=True)
`;

describe.skipIf(!python)('the Python producer (needs python3)', () => {
  let folder: string;
  let server: Server;
  let connections: Socket[];
  let producer: Child;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quorumscope-producer-'));
    const path = join(folder, 'events.sock');
    connections = [];
    server = createServer({ pauseOnConnect: true }, (socket) => connections.push(socket));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    producer = new Child('python3', ['-c', driver], { QUORUMSCOPE_EVENTS: `unix://${path}` });
  });

  afterEach(async () => {
    await producer.stop('SIGKILL');
    for (const connection of connections) connection.destroy();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Reads one connection until `last` says that it has seen enough. */
  function read(connection: Socket, last: (event: StreamEvent) => boolean): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    const decoder = new LineDecoder();
    return new Promise((resolve, reject) => {
      const splitter = new LineSplitter({
        line: (line) => {
          if (decoder.decode(line) !== 'event') return reject(new Error(`${decoder.detail} in ${line}`));
          const event = decoder.event!;
          if (event.type === 'hello') decoder.node = event.node;
          events.push(event);
          if (last(event)) resolve(events);
        },
        problem: (reason) => reject(new Error(reason)),
      });
      connection.on('data', (chunk: Buffer) => splitter.write(chunk));
      connection.resume();
    });
  }

  const isView =
    (view: number) =>
    (event: StreamEvent): boolean =>
      event.type === 'consensus.vote_received' && event.view === view;

  it('goes on beside a reader that is stalled, and accounts for every event', async () => {
    // The reader is stalled until all is stated: a producer that waited would never get there.
    const [, dropped] = await producer.printed(/stated (.*)\n/);
    const before = JSON.parse(dropped!) as Record<string, number>;
    expect(before['consensus']).toBeGreaterThan(0);
    // Messages go first, then votes.
    expect(before['network']).toBeGreaterThan(before['consensus']! + 1000);

    producer.process.stdin!.write('\n');
    const events = await read(
      connections[0]!,
      (event) => event.type === 'network.message_sent' && event.seq === 30_000,
    );
    expect(events[0]).toMatchObject({ type: 'hello', node: 'n1', next_seq: {}, validator: 'v1' });
    for (const domain of ['consensus', 'network']) {
      const seqs = events.filter(({ type }) => type.startsWith(`${domain}.`)).map(({ seq }) => seq!);
      const admitted = events
        .filter((event) => event.type === 'source.dropped')
        .filter((event) => event.domain === domain)
        .reduce((sum, { count }) => sum + count, 0);
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      expect(seqs.length + admitted).toBe(30_001);
    }
  });

  it('says hello again after a broken connection, and where counting stands', async () => {
    await producer.printed(/stated .*\n/);
    producer.process.stdin!.write('\n');
    await read(connections[0]!, isView(30_000));
    await producer.printed(/sent .*\n/);
    connections[0]!.destroy();
    producer.process.stdin!.write('\n');
    const [, counted] = await producer.printed(/again (.*)\n/);
    const seq = (JSON.parse(counted!) as Record<string, number>)['consensus']!;
    const [hello, ...events] = await read(connections[1]!, isView(30_002));
    expect(hello).toMatchObject({ type: 'hello', next_seq: { consensus: seq - 1 } });
    expect(events.at(-1)).toMatchObject({ seq: seq - 1 });
  });
});

const go = spawnSync('go', ['version']).error === undefined;

const program = `package main

import (
	"os"
	"time"

	"example/quorumscope"
)

func main() {
	producer := quorumscope.Open("unix", os.Args[1], map[string]any{"node": "n1", "chain": "c", "run": "r1"})
	for view := 1; view <= 3; view++ {
		producer.State("consensus.view_entered", map[string]any{"view": view, "trigger": "qc", "leader": "v1"})
		time.Sleep(1500 * time.Millisecond / 3)
	}
	time.Sleep(time.Minute)
}
`;

describe.skipIf(!go)('the Go producer (needs go)', () => {
  it('says hello and then what it is told, in lines that hold', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-go-'));
    mkdirSync(join(folder, 'quorumscope'));
    copyFileSync(
      join(import.meta.dirname, '../../examples/producer.go'),
      join(folder, 'quorumscope/producer.go'),
    );
    writeFileSync(join(folder, 'go.mod'), 'module example\n\ngo 1.18\n');
    writeFileSync(join(folder, 'main.go'), program);
    const binary = join(folder, 'producer');
    const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: folder, encoding: 'utf8' });
    expect(built.stderr).toBe('');

    const lines: string[] = [];
    const path = join(folder, 'events.sock');
    const server = createServer((socket) => {
      const splitter = new LineSplitter({
        line: (line) => void lines.push(line),
        problem: (why) => void lines.push(why),
      });
      socket.on('data', (chunk: Buffer) => splitter.write(chunk));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const child = new Child(binary, [path]);
    try {
      await eventually(() => (lines.length >= 4 ? true : undefined), 20_000, 'a hello and three events');
      const decoder = new LineDecoder();
      const types = lines.map((line) => {
        expect(decoder.decode(line), `${decoder.detail} in ${line}`).toBe('event');
        if (decoder.event!.type === 'hello') decoder.node = decoder.event!.node;
        return decoder.event!.type;
      });
      expect(types[0]).toBe('hello');
      // What was stated before the connection stood may be gone, but then it is admitted.
      expect(types.filter((type) => type === 'consensus.view_entered').length).toBeGreaterThan(0);
    } finally {
      await child.stop('SIGKILL');
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
