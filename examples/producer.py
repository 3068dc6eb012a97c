"""States events to a Quorumscope sidecar and never waits for it. Python 3.8+, nothing to install."""
import errno, json, os, secrets, socket, time
from collections import Counter

def address():
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = f"{runtime}/quorumscope" if runtime else f"/tmp/quorumscope-{os.getuid()}"
    folder = "/run/quorumscope" if os.path.isdir("/run/quorumscope") else folder
    return os.environ.get("QUORUMSCOPE_EVENTS") or f"unix://{folder}/events.sock"

def now():
    return {"ts_us": time.time_ns() // 1000, "mono_us": time.monotonic_ns() // 1000}

class Producer:
    """One per node process, used from one thread. `facts` go into `hello`: protocol, validators, ..."""
    def __init__(self, node, chain, limit=1 << 20, **facts):
        self.hello = {"v": 1, "type": "hello", "node": node, "chain": chain, "run": secrets.token_hex(8), **facts}
        self.limit, self.buffer, self.socket, self.retry_at = limit, bytearray(), None, 0.0
        self.seq, self.dropped = Counter(), Counter()  # per domain

    def state(self, type, **fields):
        self.flush()
        domain = type.split(".")[0]
        seq = self.seq[domain]
        self.seq[domain] += 1  # before it may be dropped, so that the sidecar sees what is missing
        bulk = domain not in ("consensus", "process")
        if self.socket is None or len(self.buffer) > (self.limit // 2 if bulk else self.limit):
            self.dropped[domain] += 1  # a whole line or nothing
            return
        for lost in list(self.dropped) if len(self.buffer) <= self.limit // 2 else []:
            self._add({"type": "source.dropped", **now(), "domain": lost, "count": self.dropped.pop(lost)})
        self._add({"type": type, **now(), "seq": seq, **fields})
        self.flush()

    def flush(self):  # call it now and then while there is nothing to state
        if self.socket is None and time.monotonic() >= self.retry_at:
            self._connect()
        try:
            while self.socket and self.buffer:
                del self.buffer[: self.socket.send(self.buffer)]  # the unsent tail stays, in order
        except BlockingIOError:
            pass  # EAGAIN: the sidecar is slow; the rest goes with the next event
        except OSError:
            self.socket, self.retry_at = self.socket.close(), time.monotonic() + 1.0

    def _connect(self):
        kind, place = address().split("://")
        self.socket = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        self.socket.setblocking(False)
        host, _, port = place.rpartition(":")
        if self.socket.connect_ex(place if kind == "unix" else (host, int(port))) not in (0, errno.EINPROGRESS):
            self.socket, self.retry_at = self.socket.close(), time.monotonic() + 1.0
        self.buffer.clear()  # never the rest of a line that began on another connection
        self._add({**self.hello, **now(), "next_seq": self.seq})

    def _add(self, event):
        self.buffer += json.dumps(event, separators=(",", ":")).encode() + b"\n"
