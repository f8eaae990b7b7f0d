//! Charts as inline SVG: no scripts, no fonts of their own, and the same on paper.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Utc};
use steward_core::cost::{Currency, DayCounts, Month, PoolCost};

use super::MonthSaved;
use super::figures::{grouped, kind, money, month_name, short_month};

/// Room for the numbers of the upright axis.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 6.0;
const TOP: f64 = 10.0;
/// Room for the words below.
const BOTTOM: f64 = 20.0;
const SEATS_WIDTH: f64 = 344.0;
const SEATS_HEIGHT: f64 = 150.0;
const SAVED_WIDTH: f64 = 344.0;
const SAVED_HEIGHT: f64 = 150.0;
/// Days that have their number below.
const MARKED_DAYS: [u32; 5] = [1, 8, 15, 22, 29];

/// Allocated and idle seats of each day as bars, and the seats of the pool as a line above them. A day without a reading
/// has no bar.
pub fn seats_by_day(days: &[DayCounts], month: Month, name: &str) -> String {
    let highest = days.iter().map(|day| day.total.unwrap_or(0).max(day.allocated)).max().unwrap_or(0);
    let scale = Scale { top: nice(f64::from(highest)), height: SEATS_HEIGHT };
    let mut svg = open(SEATS_WIDTH, SEATS_HEIGHT, &format!("{name} seats on each day of {}", month_name(month)));
    scale.draw_axis(&mut svg, SEATS_WIDTH, |value| grouped(&format!("{value:.0}")));
    let width = (SEATS_WIDTH - LEFT - RIGHT) / f64::from(month.days().max(1));
    for counts in days {
        let Some(date) = DateTime::<Utc>::from_timestamp_millis(counts.day.millis()) else { continue };
        let x = LEFT + f64::from(date.day0()) * width;
        let inner = Bar { x: x + width * 0.1, width: width * 0.8 };
        scale.draw_bar(&mut svg, inner, "in-use", 0.0, f64::from(counts.allocated));
        scale.draw_bar(&mut svg, inner, "idle", 0.0, f64::from(counts.idle.unwrap_or(0).min(counts.allocated)));
        if let Some(total) = counts.total {
            let y = scale.y(f64::from(total));
            let _ = write!(svg, r#"<line class="total" x1="{x:.1}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/>"#, x + width);
        }
    }
    for day in MARKED_DAYS.into_iter().filter(|day| *day <= month.days()) {
        let x = LEFT + (f64::from(day) - 0.5) * width;
        let _ = write!(svg, r#"<text class="below" x="{x:.1}" y="{:.1}">{day}</text>"#, SEATS_HEIGHT - 6.0);
    }
    svg + "</svg>"
}

/// For each type with a price: what was bought, and within it what was allocated, and within that what nobody used.
pub fn cost_by_type(pools: &[&PoolCost], currency: &Currency) -> String {
    const ROW: f64 = 44.0;
    const WIDTH: f64 = 344.0;
    let units = |amount: steward_core::cost::Amount| amount.cost.map_or(0.0, |cost| currency.units(cost));
    let largest = pools.iter().map(|pool| units(pool.bought).max(units(pool.allocated))).fold(0.0, f64::max);
    let rows = u32::try_from(pools.len()).unwrap_or(u32::MAX);
    let mut svg = open(WIDTH, f64::from(rows) * ROW + 4.0, "Cost by licence type");
    for (row, pool) in (0_u32..).zip(pools) {
        let y = f64::from(row) * ROW;
        let width = |amount: f64| if largest > 0.0 { (WIDTH - 2.0) * amount / largest } else { 0.0 };
        let amount = pool.allocated.cost.map_or_else(|| "unknown".to_owned(), |cost| money(cost, currency));
        let _ = write!(svg, r#"<text class="name" x="0" y="{:.1}">{}</text>"#, y + 13.0, kind(pool.license_type));
        let _ = write!(svg, r#"<text class="amount" x="{WIDTH}" y="{:.1}">{amount}</text>"#, y + 13.0);
        for (class, value) in
            [("free", units(pool.bought)), ("in-use", units(pool.allocated)), ("idle", units(pool.idle))]
        {
            let _ = write!(
                svg,
                r#"<rect class="{class}" x="0" y="{:.1}" width="{:.1}" height="15" rx="2"/>"#,
                y + 19.0,
                width(value)
            );
        }
    }
    svg + "</svg>"
}

/// What releases saved in each month.
pub fn saved_by_month(months: &[MonthSaved], currency: &Currency) -> String {
    let units = |saved: &MonthSaved| currency.units(saved.saved);
    let scale = Scale { top: nice(months.iter().map(units).fold(0.0, f64::max)), height: SAVED_HEIGHT };
    let mut svg = open(SAVED_WIDTH, SAVED_HEIGHT, "Saved in each month");
    scale.draw_axis(&mut svg, SAVED_WIDTH, |value| grouped(&format!("{value:.0}")));
    let count = u32::try_from(months.len().max(1)).unwrap_or(u32::MAX);
    // A single bar as wide as the chart would look like a wall.
    let width = ((SAVED_WIDTH - LEFT - RIGHT) / f64::from(count)).min(48.0);
    for (index, saved) in (0_u32..).zip(months) {
        let x = LEFT + f64::from(index) * width;
        scale.draw_bar(&mut svg, Bar { x: x + width * 0.15, width: width * 0.7 }, "saved", 0.0, units(saved));
        let (middle, y) = (x + width / 2.0, SAVED_HEIGHT - 6.0);
        let _ = write!(svg, r#"<text class="below" x="{middle:.1}" y="{y:.1}">{}</text>"#, short_month(saved.month));
    }
    svg + "</svg>"
}

fn open(width: f64, height: f64, title: &str) -> String {
    format!(r#"<svg viewBox="0 0 {width:.0} {height:.0}" role="img" aria-label="{title}"><title>{title}</title>"#)
}

#[derive(Clone, Copy)]
struct Bar {
    x: f64,
    width: f64,
}

/// The upright axis: from nothing to `top`.
struct Scale {
    top: f64,
    height: f64,
}

impl Scale {
    fn y(&self, value: f64) -> f64 {
        let room = self.height - TOP - BOTTOM;
        self.height - BOTTOM - room * (value / self.top).clamp(0.0, 1.0)
    }

    fn draw_axis(&self, svg: &mut String, width: f64, shown: impl Fn(f64) -> String) {
        for part in [0.0, 0.5, 1.0] {
            let value = self.top * part;
            let y = self.y(value);
            let _ = write!(
                svg,
                r#"<line class="grid" x1="{LEFT}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/><text class="side" x="{:.1}" y="{:.1}">{}</text>"#,
                width - RIGHT,
                LEFT - 6.0,
                y + 3.0,
                shown(value)
            );
        }
    }

    fn draw_bar(&self, svg: &mut String, bar: Bar, class: &str, from: f64, to: f64) {
        let (top, bottom) = (self.y(to), self.y(from));
        if bottom - top < 0.05 {
            return;
        }
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{:.1}" y="{top:.1}" width="{:.1}" height="{:.1}"/>"#,
            bar.x,
            bar.width,
            bottom - top
        );
    }
}

/// An even round number that is not smaller, so that its half is a whole one.
fn nice(value: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for step in [2.0, 4.0, 6.0, 8.0, 10.0] {
            if value <= step * unit {
                return step * unit;
            }
        }
        unit *= 10.0;
        if !unit.is_finite() {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn an_axis_ends_at_a_round_number_with_a_whole_half() {
        for (value, top) in
            [(0.0, 2.0), (1.0, 2.0), (2.5, 4.0), (9.0, 10.0), (41.0, 60.0), (400.0, 400.0), (401.0, 600.0)]
        {
            assert!((nice(value) - top).abs() < f64::EPSILON, "{value}");
        }
    }
}
