//! A log message with its fields as one text, for Windows' Event Log, which knows no fields.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};

/// The Event Log takes 31,839 UTF-16 units; each character of ours has at most two.
const CHARACTERS_MAX: usize = 15_000;

/// Gathers the message and, in their order, its fields.
#[derive(Debug, Default)]
pub struct EventText {
    message: String,
    fields: String,
}

impl EventText {
    /// The message, and below it one line for each field.
    pub fn finish(self) -> String {
        let gap = if self.fields.is_empty() || self.message.is_empty() { "" } else { "\n\n" };
        let whole = format!("{}{gap}{}", self.message, self.fields);
        // A NUL would end the text.
        whole.chars().filter(|&c| c != '\0').take(CHARACTERS_MAX).collect()
    }
}

impl Visit for EventText {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            // Where a library that uses `log` wrote it: nothing for administrators.
            name if name.starts_with("log.") => Ok(()),
            name => writeln!(self.fields, "{name}: {value:?}"),
        };
        written.expect("writing to a string cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt as _};

    use super::EventText;

    struct Catch(Arc<Mutex<Vec<String>>>);

    impl<S: tracing::Subscriber> Layer<S> for Catch {
        fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
            let mut text = EventText::default();
            event.record(&mut text);
            self.0.lock().expect("nobody panicked").push(text.finish());
        }
    }

    #[test]
    fn a_message_stands_above_its_fields() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(Catch(seen.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!("the server did not answer");
            tracing::warn!(host = "qlik", attempts = 3, person = %"ACME\\jdoe", "held by `{}`", "cap\0");
            tracing::warn!(log.file = "src/lib.rs", "from a library");
            tracing::warn!(long = "x".repeat(40_000));
        });
        let seen = seen.lock().expect("nobody panicked");
        assert_eq!(seen[0], "the server did not answer");
        assert_eq!(seen[1], "held by `cap`\n\nhost: qlik\nattempts: 3\nperson: ACME\\jdoe\n");
        assert_eq!(seen[2], "from a library");
        assert_eq!(seen[3].chars().count(), super::CHARACTERS_MAX);
    }
}
