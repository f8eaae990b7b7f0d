//! What the keeper is asked for: a job, or the settings file.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::api::Api;
use crate::api::answer::Told;
use crate::api::call::Call;
use crate::api::problem::{Code, Problem};
use crate::daemon::job::Job;
use crate::daemon::keeper::{Request, Wish};

/// While a job runs a request waits; after this long it is still carried out, and its answer is not waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize, JsonSchema)]
pub struct JobPath {
    /// `monitor`, `server-license` or `release`.
    pub job: String,
}

pub async fn reload(call: Call) -> Result<Told, Problem> {
    tracing::info!(by = call.caller.actor(), "somebody asked for the settings to be read again");
    ask(&call.api, Wish::Reload).await
}

pub async fn poke(call: Call<JobPath>) -> Result<Told, Problem> {
    let Some(job) = Job::parse(&call.path.job) else {
        let known: Vec<&str> = Job::ALL.into_iter().map(Job::as_str).collect();
        return Err(Problem::not_found(format!("there is no such job; there are {}", known.join(", "))));
    };
    tracing::info!(by = call.caller.actor(), %job, "somebody asked for a job");
    ask(&call.api, Wish::Run(job)).await
}

async fn ask(api: &Api, wish: Wish) -> Result<Told, Problem> {
    let unavailable = |message: &str| Problem::new(Code::Unavailable, message).after(10);
    let (answer, answered) = oneshot::channel();
    if api.requests.try_send(Request { wish, answer }).is_err() {
        return Err(unavailable("too many requests wait already, or the daemon is stopping"));
    }
    match tokio::time::timeout(ANSWER_WAIT, answered).await {
        Ok(Ok(Ok(message))) => Ok(Told { is_done: true, message }),
        Ok(Ok(Err(problem))) => Err(Problem::conflict(problem)),
        Ok(Err(_)) => Err(unavailable("the daemon is stopping")),
        Err(_) => Ok(Told { is_done: false, message: "a job is at work; this is done when it has ended".to_owned() }),
    }
}
