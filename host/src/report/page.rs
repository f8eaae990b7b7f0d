//! The month as one page of HTML that stands alone: readable on a screen, and printed on A4.

use std::fmt::Write as _;

use steward_core::cost::{Amount, Budget, BudgetFor, BudgetState, Money, MonthlyReport, PoolCost};
use steward_core::template::{Format, escape};

use super::MonthStory;
use super::charts::{cost_by_type, saved_by_month, seats_by_day};
use super::figures::{NO_BREAK, counted_seats, grouped, kind, moment, money, month_name, price_text, seats};

/// An amount of a small currency has more, and is written smaller.
const LONG_CHARS: usize = 16;
const STYLE: &str = include_str!("page.css");
const IDLE: &str = "A seat in somebody's hands that was not used for as long as the release threshold of its type; whether \
                    Steward may take it does not matter.";
const SAVED: &str = "What the seats that Steward took back would have cost, from their release until a seat of the same \
                     type was given out again.";

pub fn page(story: &MonthStory) -> String {
    let report = &story.report;
    let title = format!("Licence cost in {}", month_name(report.month));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
    );
    let servers = story.servers.iter().map(|server| text(server)).collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        page,
        "<header><h1>{title}</h1><div class=\"of\">Qlik Sense on {servers}<br>made on {}</div></header>",
        moment(story.made_at)
    );
    page += &calls(story);
    if !story.is_unknown() {
        page += &tiles(report);
        page += &table(report);
        page += &charts(story);
    }
    page += &words();
    page += &unknown(story);
    let _ = write!(
        page,
        "<footer>Months and days are those of the UTC calendar. Amounts are what seats cost for the time for which a \
         reading says so; nothing is guessed for the rest. Made by Steward {}.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    page
}

/// What has to be known before any number is read.
fn calls(story: &MonthStory) -> String {
    let report = &story.report;
    let mut calls = String::new();
    let mut call = |class: &str, sentence: &str| {
        let _ = writeln!(calls, "<p class=\"call{class}\">{sentence}</p>");
    };
    if story.is_unknown() {
        call("", &format!("Nothing was read in {}, so nothing is known of its cost.", month_name(report.month)));
        return calls;
    }
    if !report.is_complete {
        let until = moment(report.until);
        call("", &format!("The month is not over: everything here is what happened until {until}."));
    }
    if let Some(budget) = &report.budget {
        let class = match budget.state {
            BudgetState::Within => " good",
            BudgetState::ProjectedAbove => "",
            BudgetState::Above => " bad",
        };
        call(class, &budget_sentence(budget, report));
    }
    calls
}

fn budget_sentence(budget: &Budget, report: &MonthlyReport) -> String {
    let show = |amount| money(amount, &report.currency);
    let seats = match budget.for_what {
        BudgetFor::Allocated => "allocated seats",
        BudgetFor::Bought => "all seats that were bought",
    };
    let begin = format!("The budget for {seats} is {} a month. ", show(budget.amount));
    let (spent, projected) = (show(budget.spent), show(budget.projected));
    let rest = match (budget.state, report.is_complete) {
        (BudgetState::Within, true) => format!("They cost {spent}, which is within it."),
        (BudgetState::Within, false) => {
            format!("They cost {spent} so far and {projected} by the end of the month if nothing changes: within it.")
        }
        (BudgetState::ProjectedAbove, _) => {
            format!(
                "They cost {spent} so far, but {projected} by the end of the month if nothing changes: more than it."
            )
        }
        (BudgetState::Above, _) => {
            let more = show(budget.spent.minus(budget.amount));
            format!("They cost {spent}, which is {more} more.")
        }
    };
    begin + &rest
}

fn tiles(report: &MonthlyReport) -> String {
    let Some(total) = report.total else { return String::new() };
    let released: u32 = report.pools.iter().fold(0, |sum, pool| sum.saturating_add(pool.releases.released));
    let ever = report.saved_ever.unwrap_or_default();
    let tiles = [
        (total.allocated, "for seats in somebody's hands".to_owned()),
        (total.idle, "of it for seats that nobody uses".to_owned()),
        (total.saved, format!("saved in {}, {} taken back", month_name(report.month), counted_seats(released))),
        (ever, "saved since the first release".to_owned()),
    ];
    let mut text = "<div class=\"tiles\">".to_owned();
    for (amount, what) in tiles {
        let amount = money(amount, &report.currency);
        let class = if amount.chars().count() > LONG_CHARS { "tile long" } else { "tile" };
        let _ = write!(text, "<div class=\"{class}\"><b>{amount}</b><span>{what}</span></div>");
    }
    text + "</div>\n"
}

fn table(report: &MonthlyReport) -> String {
    let mut table = "<h2>By licence type</h2>\n<div class=\"scroll\"><table>\n<tr><th>Type</th><th>Bought</th>\
                     <th>Allocated</th><th>Idle</th><th>Saved</th></tr>\n"
        .to_owned();
    for pool in &report.pools {
        let price = match pool.per_seat_month {
            Some(price) => {
                format!("{} a seat and month", price_text(price, &report.currency))
            }
            None => "no price: counted, not valued".to_owned(),
        };
        let _ = write!(table, "<tr><td>{}<small>{price}</small></td>", kind(pool.license_type));
        for amount in [pool.bought, pool.allocated, pool.idle, pool.saved] {
            let cost = match (pool.per_seat_month, amount.cost) {
                (Some(_), Some(cost)) => money(cost, &report.currency),
                (Some(_), None) => "unknown".to_owned(),
                (None, _) => "–".to_owned(),
            };
            let _ = write!(table, "<td>{cost}<small>{}</small></td>", average(amount));
        }
        table += "</tr>\n";
    }
    if let Some(total) = report.total {
        let sums = [total.bought, total.allocated, total.idle, total.saved];
        table += "<tr class=\"sum\"><td>In all</td>";
        for sum in sums {
            let _ = write!(table, "<td>{}</td>", money(sum, &report.currency));
        }
        table += "</tr>\n";
    }
    table + "</table></div>\n" + &releases(report)
}

fn average(amount: Amount) -> String {
    match amount.seats_hundredths {
        Some(hundredths) => format!("{}{NO_BREAK}seats on average", seats(hundredths)),
        None => "nothing is known".to_owned(),
    }
}

/// What Steward did in the month, in one sentence for each type.
fn releases(report: &MonthlyReport) -> String {
    let mut text = String::new();
    for pool in &report.pools {
        let releases = pool.releases;
        if releases.released == 0 && releases.held == 0 && pool.saving_now == 0 {
            continue;
        }
        let mut sentence =
            format!("{}: {} taken back in this month", kind(pool.license_type), counted_seats(releases.released));
        if releases.returned > 0 {
            let _ = write!(sentence, ", of which {} came back", grouped(&releases.returned.to_string()));
        }
        if releases.held > 0 {
            let _ = write!(sentence, "; {} stayed although a run was to take them", counted_seats(releases.held));
        }
        // Of a month that is over nobody asks what saves today.
        if report.is_complete {
            sentence.push('.');
        } else {
            let _ = write!(sentence, "; {} still free now, and saving.", counted_seats(pool.saving_now));
        }
        let _ = write!(text, "<li>{sentence}</li>");
    }
    if text.is_empty() { text } else { format!("<h2>What Steward did</h2>\n<ul class=\"unknown\">{text}</ul>\n") }
}

fn charts(story: &MonthStory) -> String {
    let report = &story.report;
    let mut charts = "<h2>In pictures</h2>\n<div class=\"charts\">\n".to_owned();
    let mut figure = |caption: &str, svg: &str| {
        let _ = writeln!(charts, "<figure><figcaption>{caption}</figcaption>{svg}</figure>");
    };
    for pool in report.pools.iter().filter(|pool| !pool.days.is_empty()) {
        let name = kind(pool.license_type);
        figure(&format!("{name} seats"), &seats_by_day(&pool.days, report.month, name));
    }
    let priced: Vec<&PoolCost> = report.pools.iter().filter(|pool| pool.per_seat_month.is_some()).collect();
    if !priced.is_empty() {
        figure("Cost of allocated seats", &cost_by_type(&priced, &report.currency));
    }
    if story.saved_by_month.iter().any(|saved| saved.saved > Money::default()) {
        let caption = format!("Saved in each month, in {}", report.currency.code());
        figure(&caption, &saved_by_month(&story.saved_by_month, &report.currency));
    }
    charts
        + "</div>\n<ul class=\"key\"><li><i class=\"in-use\"></i>allocated</li><li><i class=\"idle\"></i>of them idle</li>\
           <li><i class=\"free\"></i>bought and not allocated</li><li><i class=\"total\"></i>seats of the pool</li></ul>\n"
}

fn words() -> String {
    format!(
        "<h2>What the words mean</h2>\n<dl><dt>Bought</dt><dd>Every seat of the pool.</dd><dt>Allocated</dt><dd>A seat in \
         somebody's hands, quarantined ones not.</dd><dt>Idle</dt><dd>{IDLE}</dd><dt>Saved</dt><dd>{SAVED}</dd></dl>\n"
    )
}

/// Everything that the numbers do not say.
fn unknown(story: &MonthStory) -> String {
    let report = &story.report;
    let mut lines: Vec<String> = Vec::new();
    for pool in &report.pools {
        let name = kind(pool.license_type);
        if pool.per_seat_month.is_none() {
            lines.push(format!("{name} seats have no price in the settings, so they are in none of the sums."));
        }
        let (allocated, bought, idle) =
            (pool.allocated.known_percent, pool.bought.known_percent, pool.idle.known_percent);
        if allocated < 100 {
            lines.push(format!("{name}: {allocated} % of the time is known; the rest costs nothing here."));
        }
        if bought < allocated {
            lines.push(format!("{name}: how many seats there are is known for {bought} % of the time."));
        }
        if idle < allocated {
            lines.push(format!("{name}: idle seats were counted for {idle} % of the time."));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    format!("<h2>What is not known</h2>\n<ul class=\"unknown\"><li>{}</li></ul>\n", lines.join("</li><li>"))
}

/// A text that comes from elsewhere.
fn text(value: &str) -> String {
    escape(value, Format::Html)
}
