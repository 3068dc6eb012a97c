//! A layer of `tracing`: whoever logs an event with the field `event` has stated it.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

use std::fmt;
use std::sync::Arc;

use tracing_core::field::{Field, Visit};
use tracing_core::Subscriber;
use tracing_subscriber::layer::{Context, Layer};

use quorumscope_probe::{Event, Probe, Value};

/// States every tracing event that has a field `event` such as `"consensus.vote_sent"`; its other fields
/// are the event's. Everything else it leaves to the layers beside it.
///
/// ```ignore
/// tracing_subscriber::registry().with(ProbeLayer::new(probe)).with(fmt::layer()).init();
/// tracing::info!(event = "consensus.vote_sent", view = 411, vote = "vote1", block = %hash);
/// ```
pub struct ProbeLayer {
    probe: Arc<Probe>,
}

impl ProbeLayer {
    /// A layer that states to `probe`.
    pub fn new(probe: Arc<Probe>) -> Self {
        Self { probe }
    }
}

impl<S: Subscriber> Layer<S> for ProbeLayer {
    fn on_event(&self, logged: &tracing_core::Event<'_>, _: Context<'_, S>) {
        let fields = logged.metadata().fields();
        if fields.field("event").is_none() {
            return;
        }
        let mut kind = Kind(None);
        logged.record(&mut kind);
        if let Some(kind) = kind.0.filter(|kind| kind.contains('.')) {
            let mut fields = Fields(Event::new(kind));
            logged.record(&mut fields);
            self.probe.state(fields.0);
        }
    }
}

/// Finds the event's type, wherever among the fields it stands.
struct Kind(Option<String>);

impl Visit for Kind {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "event" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Collects the fields; the message is for people.
struct Fields(Event);

impl Fields {
    fn set<'a>(&mut self, field: &Field, value: impl Into<Value<'a>>) {
        if !matches!(field.name(), "event" | "message") {
            self.0.set(field.name(), value);
        }
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}
