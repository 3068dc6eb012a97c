//! Counting and the bounded queue: all that the node's threads and the writer share, under one lock that
//! nobody holds while waiting for the network.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::event::{Event, Moment};

/// About how much one write takes: few system calls, and little to count again when it fails.
const BATCH_BYTES: usize = 64 << 10;

/// Where a probe stands; counts are per domain.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Whether a sidecar is there.
    pub connected: bool,
    /// Events stated, dropped ones included.
    pub stated: BTreeMap<String, u64>,
    /// Of those, never given to the kernel.
    pub dropped: BTreeMap<String, u64>,
    /// Lines that wait.
    pub queued: usize,
}

/// One event, or the admission that `admits` of its domain were dropped.
pub(crate) struct Line {
    domain: String,
    pub bytes: Vec<u8>,
    admits: u64,
}

/// The events of one domain.
#[derive(Default)]
struct Domain {
    /// The number of the next event.
    next: u64,
    /// Dropped in all.
    dropped: u64,
    /// Of those, not yet admitted.
    owed: u64,
    queued: u64,
}

impl Domain {
    fn drop_one(&mut self) {
        self.dropped += 1;
        self.owed += 1;
    }
}

struct State {
    lines: VecDeque<Line>,
    domains: BTreeMap<String, Domain>,
    /// False while it is known that nobody listens.
    accepting: bool,
    connected: bool,
    closed: bool,
    finished: bool,
}

impl State {
    fn domain(&mut self, name: &str) -> &mut Domain {
        if !self.domains.contains_key(name) {
            self.domains.insert(name.to_owned(), Domain::default());
        }
        self.domains.get_mut(name).expect("it was just put there")
    }
}

pub(crate) struct Queue {
    limit: usize,
    started: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            started: Instant::now(),
            state: Mutex::new(State {
                lines: VecDeque::new(),
                domains: BTreeMap::new(),
                accepting: true, // what is stated before the first attempt has ended waits for it
                connected: false,
                closed: false,
                finished: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// A thread that died under the lock left counts that are still true.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Moment {
            wall_us: wall.map_or(0, |since| since.as_micros()),
            mono_us: self.started.elapsed().as_micros(),
        }
    }

    pub fn state(&self, event: &Event) {
        let name = event.domain();
        let is_vital = matches!(name, "consensus" | "process");
        let limit = if is_vital { self.limit } else { self.limit / 2 };

        let mut state = self.lock();
        let has_room = state.accepting && state.lines.len() < limit;
        let domain = state.domain(name);
        let seq = domain.next;
        domain.next += 1; // before it may be dropped, so that the sidecar sees what is missing
        if has_room {
            domain.queued += 1;
            state.lines.push_back(Line {
                domain: name.to_owned(),
                bytes: event.line(self.now(), Some(seq)),
                admits: 0,
            });
        } else {
            domain.drop_one();
        }
        drop(state);
        self.changed.notify_all();
    }

    pub fn stats(&self) -> Stats {
        let state = self.lock();
        let counts = |count: fn(&Domain) -> u64| {
            let each = state.domains.iter();
            each.map(|(name, domain)| (name.clone(), count(domain))).collect()
        };
        Stats {
            connected: state.connected,
            stated: counts(|domain| domain.next),
            dropped: counts(|domain| domain.dropped),
            queued: state.lines.len(),
        }
    }

    /// A connection stands. Returns `next_seq` of its hello: the number behind the last event that was
    /// written or admitted. What was dropped since is then a gap of exactly the size that is admitted
    /// next, for a sidecar that has just started as for one that has been there all along.
    pub fn connected(&self) -> BTreeMap<String, u64> {
        let mut state = self.lock();
        state.connected = true;
        state.accepting = !state.closed;
        let each = state.domains.iter();
        each.map(|(name, it)| (name.clone(), it.next - it.owed - it.queued))
            .collect()
    }

    /// Drops what waited: the sidecar that comes back wants to know what is, not what was.
    pub fn disconnected(&self) {
        let mut state = self.lock();
        for line in std::mem::take(&mut state.lines) {
            let domain = state.domain(&line.domain);
            domain.queued -= 1;
            domain.drop_one();
        }
        state.connected = false;
        state.accepting = false;
    }

    /// Waits for lines and takes some, admissions of what was dropped before them first. `None`: closed.
    pub fn take(&self) -> Option<Vec<Line>> {
        let mut state = self.lock();
        loop {
            let batch = self.next_batch(&mut state);
            if !batch.is_empty() {
                return Some(batch);
            }
            if state.closed {
                return None;
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn next_batch(&self, state: &mut State) -> Vec<Line> {
        let mut batch = Vec::new();
        for (name, domain) in &mut state.domains {
            let count = std::mem::take(&mut domain.owed);
            if count > 0 {
                let admission = Event::new("source.dropped")
                    .with("domain", name)
                    .with("count", count);
                batch.push(Line {
                    domain: name.clone(),
                    bytes: admission.line(self.now(), None),
                    admits: count,
                });
            }
        }
        let mut size = 0;
        while size < BATCH_BYTES {
            let line = match state.lines.pop_front() {
                Some(line) => line,
                None => break,
            };
            size += line.bytes.len();
            state.domain(&line.domain).queued -= 1;
            batch.push(line);
        }
        batch
    }

    /// Takes back what a broken connection did not take as whole lines.
    pub fn lose(&self, batch: &[Line], written: usize) {
        let mut state = self.lock();
        let mut end = 0;
        for line in batch {
            end += line.bytes.len();
            if end <= written {
                continue;
            }
            let domain = state.domain(&line.domain);
            match line.admits {
                0 => domain.drop_one(),
                count => domain.owed += count,
            }
        }
    }

    /// Waits up to `patience` for the writer to finish; whether it did.
    pub fn close(&self, patience: Duration) -> bool {
        let mut state = self.lock();
        state.closed = true;
        state.accepting = false;
        self.changed.notify_all();
        let until = Instant::now() + patience;
        while !state.finished {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Sleeps between attempts to connect; whether to go on.
    pub fn pause(&self, retry: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, retry, |state| !state.closed);
        !waited.unwrap_or_else(PoisonError::into_inner).0.closed
    }

    /// The writer has ended.
    pub fn finished(&self) {
        self.lock().finished = true;
        self.changed.notify_all();
    }
}
