/** What systemd is told, heard by a datagram socket as systemd's own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { cli, eventually } from '../support/child.js';

/** Node has no datagram sockets of this kind: Python prints what arrives. */
const LISTENER = `
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, rights, flags, sender = listener.recvmsg(4096, 4096)
    print(data.decode().replace('\\n', ' '), flush=True)
`;

const started: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'quorumscope-notify-'));

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('tells systemd that it is ready, alive and stopping', async () => {
  const socket = join(folder, 'notify');
  const heard: string[] = [];
  const listener = spawn('/usr/bin/python3', ['-c', LISTENER, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(listener);
  createInterface({ input: listener.stdout }).on('line', (line) => heard.push(line));
  const count = (word: string): number => heard.filter((line) => line.includes(word)).length;
  const until = (word: string, times: number): Promise<true> =>
    eventually(
      () => (count(word) >= times ? true : undefined),
      20_000,
      `${times} x ${word} in ${heard.join('|')}`,
    );
  await until('listening', 1);

  const sidecar = spawn(process.execPath, [cli, 'run'], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      NOTIFY_SOCKET: socket,
      WATCHDOG_USEC: '200000',
      QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
      QUORUMSCOPE_ATTACH_SOCKET: 'null',
    },
  });
  started.push(sidecar);
  await until('READY=1', 1);
  await until('WATCHDOG=1', 3);
  // Stopped is not dead: the process is there and says nothing, which is what a watchdog is for.
  sidecar.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = count('WATCHDOG=1');
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(count('WATCHDOG=1')).toBe(before);
  sidecar.kill('SIGCONT');
  await until('WATCHDOG=1', before + 1);
  sidecar.kill('SIGTERM');
  await until('STOPPING=1', 1);
});
