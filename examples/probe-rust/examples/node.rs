//! A node in ten lines, and the driver of the probe's test: it states as many views as it is told on
//! standard input, one number a line, and prints what it stated and dropped after each.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use quorumscope_probe::{Event, Options, Probe};

fn main() {
    let hello = Event::new("hello")
        .with("protocol", "hotstuff2-chained")
        .with("validator", "v1");
    let probe = Probe::open(Options {
        hello,
        retry: Duration::from_millis(100),
        ..Options::new("node-1", "testnet")
    });
    let mut view = 0u64;
    for line in io::stdin().lines().map_while(Result::ok) {
        let began = Instant::now();
        for _ in 0..line.trim().parse().unwrap_or(0) {
            view += 1;
            probe.state(
                Event::new("consensus.vote_received")
                    .with("view", view)
                    .with("vote", "vote1")
                    .with("block", "9f86d081884c7d65")
                    .with("validator", "v2"),
            );
            probe.state(
                Event::new("network.message_sent")
                    .with("message", "vote1")
                    .with("bytes", 100u64),
            );
        }
        report(&probe, began.elapsed());
    }
}

fn report(probe: &Probe, took: Duration) {
    let stats = probe.stats();
    println!(
        r#"{{"connected":{},"stated":{},"dropped":{},"queued":{},"took_us":{}}}"#,
        stats.connected,
        json(&stats.stated),
        json(&stats.dropped),
        stats.queued,
        took.as_micros(),
    );
}

fn json(counts: &BTreeMap<String, u64>) -> String {
    let each: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("\"{name}\":{count}"))
        .collect();
    format!("{{{}}}", each.join(","))
}
