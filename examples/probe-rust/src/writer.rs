//! The thread that connects, says hello, writes, and begins again when the connection breaks.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Write};
use std::sync::Arc;

use crate::address::connect;
use crate::queue::Queue;
use crate::value::Value;
use crate::Options;

/// A socket, of either kind.
pub(crate) trait Connection: Write + Send {}
impl<T: Write + Send> Connection for T {}

pub(crate) struct Writer {
    options: Options,
    queue: Arc<Queue>,
    run: String,
}

impl Writer {
    pub fn new(options: Options, queue: Arc<Queue>) -> Self {
        Self {
            options,
            queue,
            run: random_run(),
        }
    }

    pub fn serve(self) {
        loop {
            if let Ok(connection) = connect(&self.options.address) {
                self.write(connection);
            }
            self.queue.disconnected();
            if !self.queue.pause(self.options.retry) {
                break;
            }
        }
        self.queue.finished();
    }

    /// Serves one connection until it breaks, or until a closed probe has nothing left to say.
    fn write(&self, mut connection: Box<dyn Connection>) {
        if connection.write_all(&self.hello()).is_err() {
            return;
        }
        while let Some(batch) = self.queue.take() {
            let bytes: Vec<u8> = batch.iter().flat_map(|line| &line.bytes).copied().collect();
            let written = write_counted(&mut connection, &bytes);
            if written < bytes.len() {
                self.queue.lose(&batch, written);
                return;
            }
        }
    }

    fn hello(&self) -> Vec<u8> {
        let next: Vec<String> = self
            .queue
            .connected()
            .iter()
            .map(|(domain, seq)| format!("\"{domain}\":{seq}"))
            .collect();
        let next = Value::Json(format!("{{{}}}", next.join(",")));
        let hello = self.options.hello.clone();
        let hello = hello
            .with("node", &self.options.node)
            .with("chain", &self.options.chain);
        hello
            .with("run", &self.run)
            .with("next_seq", next)
            .line(self.queue.now(), None)
    }
}

/// How many bytes the kernel took before the connection broke.
fn write_counted(connection: &mut dyn Write, bytes: &[u8]) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        match connection.write(&bytes[written..]) {
            Ok(0) => break,
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    written
}

/// A random id of this process start: the standard library's only randomness is its hash keys.
fn random_run() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
