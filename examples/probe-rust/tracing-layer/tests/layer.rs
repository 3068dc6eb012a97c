//! An event with the field `event` reaches the sidecar with its other fields; the rest of the log does not.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use quorumscope_probe::{Options, Probe};
use quorumscope_probe_tracing::ProbeLayer;
use tracing_subscriber::layer::SubscriberExt;

#[test]
fn states_what_is_logged_as_an_event() {
    let path = std::env::temp_dir().join(format!("quorumscope-layer-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let mut options = Options::new("n1", "c");
    options.address = format!("unix://{}", path.display());
    let subscriber = tracing_subscriber::registry().with(ProbeLayer::new(Arc::new(Probe::open(options))));
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(view = 1, "not an event");
        tracing::debug!(event = "consensus.vote_sent", view = 411u64, block = %"9f86", vote = "vote1", "voted");
    });
    let (stream, _) = listener.accept().unwrap();
    let lines: Vec<String> = BufReader::new(stream).lines().map(Result::unwrap).collect();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains(r#""type":"hello""#), "{}", lines[0]);
    assert!(
        lines[1].contains(r#""type":"consensus.vote_sent""#),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].contains(r#""seq":0,"view":411,"block":"9f86","vote":"vote1"}"#),
        "{}",
        lines[1]
    );
}
