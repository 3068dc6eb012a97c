// A stand-in for a sidecar: listens on a Unix socket, counts what it is told, and prints the count as one
// JSON line when a connection ends. It can be stopped and continued by signals like any process.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const server = createServer((socket) => {
  const seen = { received: 0, admitted: 0, gaps: 0, next: 0, hellos: 0, bad: 0 };
  createInterface({ input: socket }).on('line', (line) => {
    let event;
    try {
      event = JSON.parse(line);
    } catch {
      seen.bad++;
      return;
    }
    if (event.type === 'hello') {
      seen.hellos++;
      seen.next = Math.max(seen.next, event.next_seq.consensus);
    } else if (event.type === 'source.dropped') {
      seen.admitted += event.count;
    } else {
      seen.received++;
      seen.gaps += event.seq - seen.next;
      seen.next = event.seq + 1;
    }
  });
  socket.on('close', () => console.log(JSON.stringify(seen)));
});
server.listen(process.argv[2], () => console.log('listening'));
