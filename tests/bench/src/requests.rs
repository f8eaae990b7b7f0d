//! How many GETs a dry run makes, counted by the server.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::Scale;
use crate::site::{Site, Usage};
use crate::table::{Row, Verdict, thousands};

const GETS_MAX: usize = 6;

pub async fn rows(scale: Scale) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for &seats in scale.request_seats {
        eprintln!("counting the requests of a dry run, {} seats", thousands(seats));
        rows.push(row(seats).await?);
    }
    Ok(rows)
}

async fn row(seats: usize) -> Result<Row> {
    let site = Site::start(seats, Usage::AllIdle, Duration::ZERO).await?;
    let plan = site.prepare().await?.plan(None)?;
    let journal = site.take_journal();
    ensure!(plan.body().decisions.len() == seats, "the plan has {} decisions", plan.body().decisions.len());
    ensure!(journal.iter().all(|entry| entry.method == "GET"), "a dry run sent something else than GETs");
    let gets = journal.len();
    let one_by_one = 1 + site.owners().len();
    site.stop().await;
    Ok(Row {
        what: format!("GETs of a dry run, {} seats", thousands(seats)),
        measured: gets.to_string(),
        baseline: format!("{}, one for each owner", thousands(one_by_one)),
        ratio: format!("{} × fewer", thousands(one_by_one / gets.max(1))),
        target: format!("≤ {GETS_MAX}"),
        verdict: Verdict::of(gets <= GETS_MAX),
    })
}
