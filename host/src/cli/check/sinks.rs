//! Where messages go: whether somebody is there, and lets us in. Nothing is sent.

use super::findings::{Findings, Level};
use crate::config::Settings;
use crate::notify::{LOG, look};

pub async fn check(settings: &Settings, findings: &mut Findings) {
    let looks = look(settings).await;
    for look in &looks {
        let sink = &look.sink;
        match &look.found {
            Ok(found) => {
                let text = format!("`{}` ({}, {}): {found}", sink.name, sink.kind, sink.place);
                findings.add(Level::Good, "messages", text);
            }
            Err(problem) => {
                findings.add(Level::Bad, "messages", format!("`{}` ({}): {problem}", sink.name, sink.kind));
            }
        }
    }
    if settings.steward.notify.log.enable && looks.is_empty() {
        let text = format!("alerts are told in the log alone (`{LOG}`); `steward.notify` names other places");
        findings.add(Level::Note, "messages", text);
    }
}
