//! Silences, and tests of sinks.

use steward_core::alert::Rule;
use steward_core::text::is_unprintable;

use crate::alerts::silences::{self, SilenceError, Wanted};
use crate::alerts::told::SilenceBody;
use crate::alerts::trial::{TrialError, trial};
use crate::api::answer::Shown;
use crate::api::bodies::alerts::{SilencePath, SilenceRequest, TestBody, TestRequest};
use crate::api::call::{Call, Nothing};
use crate::api::desk::of_ledger;
use crate::api::events::Happening;
use crate::api::problem::Problem;

pub async fn silence(call: Call<Nothing, Nothing, SilenceRequest>) -> Result<Shown<SilenceBody>, Problem> {
    let by = call.caller.actor();
    let SilenceRequest { rule, subject, hours, note } = call.body;
    let rule = rule.map(|name| rule_of(&name)).transpose()?;
    for (name, text) in [("subject", subject.as_deref().unwrap_or_default()), ("note", note.as_str())] {
        if text.chars().any(is_unprintable) {
            return Err(Problem::invalid(format!("`{name}` has characters that no text has, such as line breaks")));
        }
    }
    let silenced = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        let wanted = Wanted { rule, subject, hours, note };
        silences::begin(drawer.ledger().await?, wanted, &by, now).await.map_err(|error| of_silence(&error))
    });
    let silence = silenced.await?;
    call.api.events.tell(Happening::Alerts);
    Ok(Shown(silence.into()))
}

pub async fn end(call: Call<SilencePath>) -> Result<Shown<SilenceBody>, Problem> {
    let id = call.path.id;
    let ended = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        silences::end(drawer.ledger().await?, &id, now).await.map_err(|error| of_silence(&error))
    });
    let silence = ended.await?;
    call.api.events.tell(Happening::Alerts);
    Ok(Shown(silence.into()))
}

pub async fn test(call: Call<Nothing, Nothing, TestRequest>) -> Result<Shown<TestBody>, Problem> {
    let by = call.caller.actor();
    let TestRequest { sink, rule } = call.body;
    let tested = call.api.desk.change(async move |drawer| {
        let (settings, now) = (drawer.settings(), drawer.timer.now());
        let messages = trial(&settings, sink.as_deref(), rule.as_deref(), &by, now).map_err(|error| match error {
            TrialError::Unknown { .. } => Problem::not_found(error.to_string()),
            TrialError::NoSink => Problem::conflict(error.to_string()),
            TrialError::Rule(_) => Problem::invalid(error.to_string()),
        })?;
        drawer.ledger().await?.enqueue_messages(&messages).await.map_err(|error| of_ledger(&error))?;
        Ok(messages)
    });
    let messages = tested.await?;
    call.api.couriers.poke();
    call.api.events.tell(Happening::Alerts);
    let id = messages.first().map(|one| one.message.id.clone()).unwrap_or_default();
    Ok(Shown(TestBody { id, sinks: messages.into_iter().map(|one| one.sink).collect() }))
}

fn rule_of(name: &str) -> Result<Rule, Problem> {
    Rule::parse(name).ok_or_else(|| Problem::invalid("`rule`: there is no such rule; /api/v1/alerts lists them"))
}

fn of_silence(error: &SilenceError) -> Problem {
    match error {
        SilenceError::Ledger(error) => of_ledger(error),
        SilenceError::Unknown(_) => Problem::not_found("there is no silence of this id that still lasts"),
        SilenceError::NoRandomness => Problem::failed(error),
        SilenceError::Hours | SilenceError::Note | SilenceError::Subject => Problem::invalid(error.to_string()),
    }
}
