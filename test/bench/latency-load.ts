/**
 * The producer of the latency bench, a process of its own: sixteen nodes of one chain, each of which enters views,
 * hears votes and commits blocks, over the socket that is named. Its parent says how many events a second it sends; 0 is
 * as many as are taken. It never waits for an answer, and never states anything that is wrong with the chain.
 */
import { connect } from 'node:net';

const NODES = 16;
/** Lines of one node in one view: entered, votes, committed. */
const VOTES = 8;
export const LINES_PER_VIEW = NODES * (VOTES + 2);
const TICK_MS = 10;

const name = (i: number): string => `validator-${String(i % NODES).padStart(2, '0')}`;
const block = (view: number): string => `0x${view.toString(16).padStart(16, '0')}`;
const nowUs = (): number => Math.floor((performance.timeOrigin + performance.now()) * 1000);

function hellos(): string {
  const set = Array.from({ length: NODES }, (_, i) => `{"id":"${name(i)}","power":1}`).join(',');
  return Array.from(
    { length: NODES },
    (_, i) =>
      `{"v":1,"type":"hello","node":"${name(i)}","ts_us":${nowUs()},"chain":"load","run":"r","validators":[${set}]}\n`,
  ).join('');
}

function linesOf(view: number, seqs: Uint32Array): string {
  const us = nowUs();
  let text = '';
  for (let i = 0; i < NODES; i++) {
    const head = (): string => `"node":"${name(i)}","ts_us":${us},"seq":${seqs[i]!++}`;
    text += `{"type":"consensus.view_entered",${head()},"view":${view},"trigger":"qc","leader":"${name(view)}"}\n`;
    for (let vote = 0; vote < VOTES; vote++)
      text += `{"type":"consensus.vote_received",${head()},"view":${view},"vote":"vote1","block":"${block(view)}","validator":"${name(i + vote)}"}\n`;
    text += `{"type":"consensus.block_committed",${head()},"view":${view},"height":${view},"block":"${block(view)}","parent":"${block(view - 1)}","proposer":"${name(view)}"}\n`;
  }
  return text;
}

function main(path: string): void {
  const socket = connect(path);
  const seqs = new Uint32Array(NODES);
  let view = 1;
  let rate = -1;
  let sinceMs = 0;
  let owed = 0;
  socket.write(hellos(), 'latin1');
  const send = (): boolean => socket.write(linesOf(view++, seqs), 'latin1');
  const flood = (): void => {
    while (rate === 0) if (!send()) return void socket.once('drain', flood);
  };
  process.on('message', (wanted: number) => {
    rate = wanted;
    sinceMs = performance.now();
    owed = 0;
    if (rate === 0) flood();
  });
  setInterval(() => {
    if (rate <= 0) return;
    const atMs = performance.now();
    owed = Math.min(owed + ((atMs - sinceMs) / 1000) * rate, rate / 5);
    sinceMs = atMs;
    for (; owed >= LINES_PER_VIEW; owed -= LINES_PER_VIEW) send();
  }, TICK_MS);
  process.once('disconnect', () => process.exit(0));
}

const [path] = process.argv.slice(2);
if (path !== undefined && process.send !== undefined) main(path);
