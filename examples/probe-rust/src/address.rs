use std::env;
use std::fs;
use std::io;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::writer::Connection;

/// Where a sidecar listens that nobody configured otherwise.
pub fn default_address() -> String {
    if let Some(address) = env::var("QUORUMSCOPE_EVENTS").ok().filter(|it| !it.is_empty()) {
        return address;
    }
    if Path::new("/run/quorumscope").is_dir() {
        return "unix:///run/quorumscope/events.sock".into();
    }
    match env::var("XDG_RUNTIME_DIR") {
        Ok(folder) if !folder.is_empty() => format!("unix://{folder}/quorumscope/events.sock"),
        _ => format!("unix:///tmp/quorumscope-{}/events.sock", user_id()),
    }
}

/// The standard library has no `getuid`; on Linux a process's own folder belongs to its user.
fn user_id() -> u32 {
    fs::metadata("/proc/self").map_or(0, |about| about.uid())
}

/// Connects to `unix:///path` or `tcp://host:port`.
pub(crate) fn connect(address: &str) -> io::Result<Box<dyn Connection>> {
    match address.strip_prefix("tcp://") {
        Some(place) => Ok(Box::new(TcpStream::connect(place)?)),
        None => {
            let path = address.strip_prefix("unix://").unwrap_or(address);
            Ok(Box::new(UnixStream::connect(path)?))
        }
    }
}
