/**
 * Loaded into the built sidecar before its command (`node --import`): lets it die at a named step. It stands at two ports
 * that exist, the disk of the journals and the transport of notifications, and nothing in `src` knows of it.
 *
 * What was written and not yet made durable is lost with the process, as if the machine had lost its power; a torn write leaves
 * half of its bytes. Every step is printed, `step NAME NTH`. A line `die at NAME NTH` on stdin begins to count anew and names the
 * step at which the process kills itself; `die at nothing` only counts. It answers with `armed`.
 */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { HttpTransport } from '../../dist/src/delivery/http-transport.js';
import { diskFiles } from '../../dist/src/journal/files.js';

const WATCHED = /\/(alert-state|notifications)\//;
const counts = new Map();
let last = 'nothing';

const isLast = (name) => `${name} ${(counts.get(name) ?? 0) + 1}` === last;

function step(name) {
  const isFatal = isLast(name);
  const nth = (counts.get(name) ?? 0) + 1;
  counts.set(name, nth);
  writeSync(1, `step ${name} ${nth}\n`);
  if (isFatal) process.kill(process.pid, 'SIGKILL');
}

/** A file whose bytes are on the disk when `sync` or `writeDurably` says so, and not a moment before. */
function losing(file, room) {
  let held = [];
  return {
    write: async (bytes, position) => void held.push([Buffer.from(bytes), position]),
    sync: async () => {
      step(`${room} before fsync`);
      const isTorn = isLast(`${room} torn`);
      for (const [bytes, position] of held)
        await file.write(isTorn ? bytes.subarray(0, bytes.length / 2) : bytes, position);
      step(`${room} torn`);
      held = [];
      await file.sync();
      step(`${room} after fsync`);
    },
    writeDurably: async (bytes, position) => {
      step(`${room} before fsync`);
      if (isLast(`${room} torn`)) await file.write(bytes.subarray(0, bytes.length / 2), position);
      step(`${room} torn`);
      await file.writeDurably(bytes, position);
      step(`${room} after fsync`);
    },
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  };
}

function makeMortal() {
  const { open } = diskFiles;
  diskFiles.open = async (path, create) => {
    const file = await open(path, create);
    const room = WATCHED.exec(path)?.[1];
    return room === undefined ? file : losing(file, room);
  };
  const { send } = HttpTransport.prototype;
  HttpTransport.prototype.send = async function (...args) {
    step('message before sending');
    const receipt = await send.apply(this, args);
    step('message after the answer');
    return receipt;
  };
  let text = '';
  process.stdin.setEncoding('utf8').on('data', (more) => {
    text += more;
    const found = /^die at (.*)\n/.exec(text);
    if (found === null) return;
    text = '';
    last = found[1];
    counts.clear();
    writeSync(1, 'armed\n');
  });
}

if (isMainThread) makeMortal();
