//! States what a validator does to a Quorumscope sidecar, and never waits for it.
//!
//! [`Probe::state`] takes the next number of the event's domain, puts one line into a bounded queue and
//! returns. A thread of the probe's own connects, says hello, writes, and is the only one that ever waits.
//! What finds no room is dropped as a whole line, counted, and admitted as soon as the sidecar reads again:
//!
//! ```text
//! stated = written + dropped + queued, per domain, at every moment
//! ```
//!
//! The wire is docs/PROTOCOL.md of Quorumscope: one flat JSON object per line, nothing ever read back.
//!
//! ```no_run
//! use quorumscope_probe::{Event, Options, Probe};
//!
//! let probe = Probe::open(Options::new("node-1", "testnet"));
//! probe.state(Event::new("consensus.view_entered").with("view", 7u64).with("trigger", "qc"));
//! ```

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod address;
mod event;
mod queue;
mod value;
mod writer;

pub use address::default_address;
pub use event::Event;
pub use queue::Stats;
pub use value::Value;

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use queue::Queue;
use writer::Writer;

/// Who speaks, and to whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stays the same over restarts, as does `chain`: they become labels.
    pub node: String,
    /// The chain's name.
    pub chain: String,
    /// `unix:///path` or `tcp://127.0.0.1:port`.
    pub address: String,
    /// How many lines may wait. Consensus and process may use all of it, the other domains the first half,
    /// so that messages are dropped first and votes last.
    pub queue: usize,
    /// The pause between attempts to connect.
    pub retry: Duration,
    /// What else the node says of itself: protocol, validator, software, ...
    pub hello: Event,
}

impl Options {
    /// The usual address, 8192 lines, a second.
    pub fn new(node: impl Into<String>, chain: impl Into<String>) -> Self {
        Self {
            node: node.into(),
            chain: chain.into(),
            address: default_address(),
            queue: 8192,
            retry: Duration::from_secs(1),
            hello: Event::new("hello"),
        }
    }
}

/// Belongs to one node. Share it by reference or in an [`Arc`]; dropping it gives the queue a second to leave.
pub struct Probe {
    queue: Arc<Queue>,
    writer: Option<JoinHandle<()>>,
}

impl Probe {
    /// Begins to connect in the background, for as long as the probe lives.
    pub fn open(options: Options) -> Self {
        let queue = Arc::new(Queue::new(options.queue));
        let writer = Writer::new(options, Arc::clone(&queue));
        let writer = thread::Builder::new()
            .name("quorumscope".into())
            .spawn(move || writer.serve())
            .ok(); // without a thread nothing is written, and everything is counted as dropped
        if writer.is_none() {
            queue.disconnected();
        }
        Self { queue, writer }
    }

    /// States that an event happened now. Never blocks, never fails.
    pub fn state(&self, event: Event) {
        self.queue.state(&event);
    }

    /// Where the probe stands.
    pub fn stats(&self) -> Stats {
        self.queue.stats()
    }

    /// Gives the queue up to `patience` to leave. Later events are dropped.
    pub fn close(&mut self, patience: Duration) {
        if let Some(writer) = self.writer.take() {
            // A writer that waits for a stopped sidecar is left to its thread: nobody waits for it.
            if self.queue.close(patience) {
                let _ = writer.join();
            }
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.close(Duration::from_secs(1));
    }
}
