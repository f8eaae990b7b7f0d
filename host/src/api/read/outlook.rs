//! When pools will be exhausted, and what months cost.

use steward_core::cost::Month;

use crate::api::answer::Shown;
use crate::api::bodies::outlook::{CostBody, CostQuery, Forecasts, PoolForecast};
use crate::api::call::{Call, Nothing};
use crate::api::desk::of_ledger;
use crate::api::problem::{Code, Problem};
use crate::outlook::{self, NO_PRICES, forecast_text};

pub async fn forecast(call: Call) -> Result<Shown<Forecasts>, Problem> {
    // What the daemon found after its last reading; until there is one, what the ledger says.
    let status = call.api.status.borrow().clone();
    let (at, forecasts) = if let Some(at) = status.outlook_at {
        (at, status.forecasts.clone())
    } else {
        let asked = call.api.desk.ask(async move |drawer| {
            let (settings, now) = (drawer.settings(), drawer.timer.now());
            let ledger = drawer.ledger().await?;
            let found = outlook::forecasts(ledger, &settings, now).await.map_err(|error| of_ledger(&error))?;
            Ok((now, found))
        });
        asked.await?
    };
    let pools = forecasts.into_iter().map(|(license_type, forecast)| PoolForecast {
        license_type,
        text: forecast_text(&forecast),
        forecast,
    });
    Ok(Shown(Forecasts { at, pools: pools.collect() }))
}

pub async fn cost(call: Call<Nothing, CostQuery>) -> Result<Shown<CostBody>, Problem> {
    let asked = call.query.month;
    let body = call.api.desk.ask(async move |drawer| {
        let (settings, now) = (drawer.settings(), drawer.timer.now());
        let ledger = drawer.ledger().await?;
        let months = outlook::months(ledger, &settings, now).await.map_err(|error| of_ledger(&error))?;
        let month = match asked.as_deref() {
            Some(text) => Some(chosen(text, &months)?),
            None => Month::of(now),
        };
        let month = month.ok_or_else(|| Problem::new(Code::Unreadable, "the clock shows no month of this calendar"))?;
        let report = outlook::month_report(ledger, &settings, month, now).await.map_err(|error| of_ledger(&error))?;
        let decimals = report.as_ref().map(|report| report.currency.decimals());
        let problem = report.is_none().then(|| NO_PRICES.to_owned());
        Ok(CostBody { months, decimals, report, problem })
    });
    Ok(Shown(body.await?))
}

/// The month that was asked for, if it was read.
fn chosen(text: &str, months: &[Month]) -> Result<Month, Problem> {
    let unreadable = || Problem::new(Code::Unreadable, "`month` is no month: write it such as `2026-10`");
    let month = Month::parse(text).ok_or_else(unreadable)?;
    match (months.first(), months.last()) {
        (Some(first), Some(last)) if (*first..=*last).contains(&month) => Ok(month),
        (Some(first), Some(last)) => {
            Err(Problem::not_found(format!("nothing is known of {month}: readings reach from {first} to {last}")))
        }
        _ => Err(Problem::not_found("the pools were not read yet: poke the job `monitor`, or wait for it")),
    }
}
