//! Writes warnings and errors, and that the service started and stopped, to Windows' Event Log: a service has no
//! console.

use tracing::field::Value;
use tracing::{Event, Level, Subscriber};
use tracing_layer_win_eventlog::EventLogLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::NAME;
use crate::event_text::EventText;

/// The target of messages that are no warnings and stand in the Event Log all the same.
pub const LIFE: &str = "steward::service::life";

/// The number of every message; the kind tells errors, warnings and information apart. The message file has a text for
/// 1 to 1000, see `event_source.rs`.
const ID: u32 = 1;

/// Writes each message at once, as one text: the crate's own form of fields has no order.
pub struct EventLog(EventLogLayer);

impl EventLog {
    /// `None` without an Event Log: there is nowhere to tell it.
    pub fn open() -> Option<Self> {
        EventLogLayer::new_with_default_id(NAME, Some(ID)).ok().map(Self)
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for EventLog {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let is_told = *metadata.level() <= Level::WARN || metadata.target() == LIFE;
        let Some(message) = metadata.fields().field("message").filter(|_| is_told) else { return };
        let mut text = EventText::default();
        event.record(&mut text);
        let text = text.finish();
        let whole = format_args!("{text}");
        let values = [(&message, Some(&whole as &dyn Value))];
        self.0.on_event(&Event::new(metadata, &metadata.fields().value_set(&values)), context);
    }
}
