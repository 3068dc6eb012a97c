/**
 * A stream of the busiest event: sixteen nodes enter a view, then each hears the votes of four others. The
 * validator set is announced, so that every vote is counted for its validator.
 */

const NODES = 16;

/** `events` lines of about 150 bytes, after a `hello` of every node. */
export function ndjsonOfVotes(events: number): Buffer {
  const bytes = Buffer.alloc(events * 230 + NODES * 1_024);
  const node = (i: number): string => `validator-${String(i % NODES).padStart(2, '0')}`;
  const startUs = Date.now() * 1000;
  const seq = new Uint32Array(NODES);
  let end = 0;
  const put = (line: string): void => void (end += bytes.write(`${line}\n`, end, 'latin1'));
  for (let i = 0; i < NODES; i++) {
    const head = `{"v":1,"type":"hello","node":"${node(i)}","ts_us":${startUs},"chain":"bench","run":"r"`;
    const set = Array.from({ length: NODES }, (_, id) => `{"id":"${node(id)}","power":1}`);
    put(`${head},"validators":[${set.join(',')}]}`);
  }
  for (let i = 0; i < events; i++) {
    const speaker = i % NODES;
    const view = Math.floor(i / (5 * NODES));
    const head = `"node":"${node(speaker)}","ts_us":${startUs + i},"mono_us":${i * 10},"seq":${seq[speaker]!++}`;
    const block = `0x${view.toString(16).padStart(16, '0')}`;
    const isView = Math.floor(i / NODES) % 5 === 0;
    if (isView) {
      put(`{"type":"consensus.view_entered",${head},"view":${view},"trigger":"qc","leader":"${node(view)}"}`);
    } else {
      const vote = `"view":${view},"vote":"vote1","block":"${block}","validator":"${node(speaker + Math.floor(i / NODES))}"`;
      put(`{"type":"consensus.vote_received",${head},${vote}}`);
    }
  }
  return bytes.subarray(0, end);
}
