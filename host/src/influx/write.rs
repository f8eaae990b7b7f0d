//! Writes a batch: all of it, or all but the points that are refused for good, which are found by halves.

use std::collections::BTreeMap;

use super::answer::{Refusal, Verdict, read};
use super::http::Http;
use super::line::Line;
use super::settings::{InfluxSettings, Target};
use super::tag::Dialect;
use super::trouble::Trouble;
use super::version_1;

/// Sends points to one database.
pub(super) struct Writer {
    http: Http,
}

/// What became of a batch. What stands in neither list was not confirmed, and waits.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Rows of the outbox.
    pub(super) delivered: Vec<i64>,
    /// Rows of the outbox, and why.
    pub(super) refused: Vec<(i64, String)>,
    /// Why the rest was not delivered.
    pub(super) trouble: Option<Trouble>,
}

impl Writer {
    pub(super) fn new(settings: InfluxSettings) -> Result<Self, Trouble> {
        Ok(Self { http: Http::new(settings)? })
    }

    pub(super) fn settings(&self) -> &InfluxSettings {
        self.http.settings()
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self.settings().target {
            Target::Version1 { .. } | Target::Version2 { .. } => Dialect::Plain,
            Target::Version3 { .. } => Dialect::Doubled,
        }
    }

    /// Writes a batch, oldest first. A part that was refused is sent again in halves, so that what is good of it is
    /// confirmed; a point that was written before stays one point.
    pub(super) async fn write(&self, lines: &[Line]) -> Written {
        let mut written = Written::default();
        // The next one to send is the last.
        let mut parts: Vec<Vec<&Line>> = vec![lines.iter().collect()];
        let mut was_created = false;
        while let Some(part) = parts.pop() {
            let verdict = match self.send(&part).await {
                Ok(verdict) => verdict,
                Err(trouble) => Verdict::Trouble(trouble),
            };
            match verdict {
                Verdict::Written => written.delivered.extend(part.iter().map(|line| line.id)),
                Verdict::TooLarge(message) => {
                    divide(&part, Refusal { message, ..Refusal::default() }, &mut parts, &mut written.refused);
                }
                Verdict::Refused(refusal) => divide(&part, refusal, &mut parts, &mut written.refused),
                Verdict::NoDatabase(text) => {
                    let host = self.settings().host.clone();
                    let created = if was_created { Err(Trouble::Missing { host, text }) } else { self.create().await };
                    match created {
                        Ok(()) => parts.push(part),
                        Err(trouble) => written.trouble = Some(trouble),
                    }
                    was_created = true;
                }
                Verdict::Trouble(trouble) => written.trouble = Some(trouble),
            }
            if written.trouble.is_some() {
                break;
            }
        }
        written
    }

    async fn create(&self) -> Result<(), Trouble> {
        match &self.settings().target {
            Target::Version1 { database, policy } => version_1::create(&self.http, database, policy.as_ref()).await,
            Target::Version2 { .. } | Target::Version3 { .. } => Ok(()),
        }
    }

    async fn send(&self, lines: &[&Line]) -> Result<Verdict, Trouble> {
        let body: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let answer = write_request(&self.http, body.join("\n")).await?;
        Ok(read(&answer, &self.settings().target, &self.settings().host))
    }
}

/// Sends a body to the write API of the version.
pub(super) async fn write_request(http: &Http, body: String) -> Result<super::http::Answer, Trouble> {
    match &http.settings().target {
        // Without a retention policy, as Butler: the points go on where the existing ones are, in the default one.
        Target::Version1 { database, .. } => http.post("/write", &[("db", database), ("precision", "ns")], body).await,
        Target::Version2 { org, bucket } => {
            http.post("/api/v2/write", &[("org", org), ("bucket", bucket), ("precision", "ns")], body).await
        }
        Target::Version3 { database } => {
            let query = [("db", database.as_str()), ("precision", "nanosecond"), ("accept_partial", "true")];
            http.post("/api/v3/write_lp", &query, body).await
        }
    }
}

/// Takes what is known to be refused out of a part, and puts back the rest in smaller parts.
fn divide<'l>(part: &[&'l Line], refusal: Refusal, parts: &mut Vec<Vec<&'l Line>>, refused: &mut Vec<(i64, String)>) {
    let named: BTreeMap<usize, String> = refusal.lines.into_iter().collect();
    let (bad, good): (Vec<_>, Vec<_>) =
        part.iter().copied().enumerate().partition(|(index, _)| named.contains_key(&(index + 1)));
    if !bad.is_empty() {
        refused.extend(bad.into_iter().map(|(index, line)| (line.id, named[&(index + 1)].clone())));
        if !good.is_empty() {
            parts.push(good.into_iter().map(|(_, line)| line).collect());
        }
        return;
    }
    // A message about one measurement that all points have is about each of them.
    let is_one_measurement = part.windows(2).all(|pair| pair[0].measurement == pair[1].measurement);
    if part.len() == 1 || (refusal.dropped == Some(part.len()) && is_one_measurement) {
        refused.extend(part.iter().map(|line| (line.id, refusal.message.clone())));
        return;
    }
    let (older, newer) = part.split_at(part.len() / 2);
    parts.push(newer.to_vec());
    parts.push(older.to_vec());
}
