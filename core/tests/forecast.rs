//! The forecast against generated series whose true day of exhaustion is known, and against readings that mean harm.

use std::collections::BTreeMap;

use proptest::prelude::*;
use steward_core::forecast::{Exhaustion, Forecast, ForecastSettings, NoForecast, PoolReading, Shift, forecast};
use steward_core::instant::Instant;

const READINGS_A_DAY: usize = 4;
const MS_PER_READING: i64 = 6 * 3_600_000;
/// As far as the truth is looked for.
const TRUTH_DAYS: usize = 500;
const CASES: u64 = 60;

/// A generator of its own: the tests share no code with what they test.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        f64::from(u32::try_from((mixed ^ (mixed >> 33)) >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

const GROWTH: [&str; 14] = [
    "linear",
    "noisy",
    "very noisy",
    "weekly rhythm",
    "one step",
    "random walk",
    "accelerating",
    "saturating",
    "changed slope",
    "one by one",
    "pause each year",
    "dip each year",
    "monthly steps",
    "waning roll-out",
];

/// Seats in use at each reading, from the first day of the history to far behind `now`.
fn seats(growth: &str, dice: &mut Dice, history_days: usize) -> Vec<f64> {
    let history = f64::from(u32::try_from(history_days).unwrap());
    let (base, slope, other_slope) = (dice.between(100., 400.), dice.between(0.15, 1.5), dice.between(0.15, 1.5));
    let (rhythm, step, step_at) = (dice.between(2., 10.), dice.between(10., 60.), dice.between(10., history));
    let (change_at, decay) = (dice.between(history * 0.3, history * 0.8), dice.between(100., 400.));
    let (pause_at, wanes) = (dice.between(0., 365.), dice.between(40., 120.));
    let (mut walk, mut arrived, mut working, mut moved_in) = (0.0, 0.0, 0.0, 0.0);
    let at_reading = |number: usize| {
        let day = f64::from(u32::try_from(number).unwrap()) / 4.0;
        let is_weekend = (number / READINGS_A_DAY) % 7 >= 5;
        walk += slope / 4.0 + 0.8 * dice.normal();
        arrived += f64::from(u8::from(dice.unit() < slope / 4.0 * if is_weekend { 0.2 } else { 1.32 }));
        // A fortnight a year, such as the one around the turn of it, in which nobody comes.
        let is_pause = (day + pause_at) % 365.0 < 14.0;
        working += f64::from(u8::from(!is_pause)) / 4.0;
        // About once a month a department moves in.
        moved_in += if dice.unit() < 1.0 / 120.0 { dice.between(5., 25.) } else { 0.0 };
        let noise = dice.normal();
        let grown = match growth {
            "linear" => slope * day,
            "noisy" => slope * day + 3.0 * noise,
            "very noisy" => slope * day + 8.0 * noise,
            "weekly rhythm" => slope * day + noise + if is_weekend { -rhythm } else { 0.4 * rhythm },
            "one step" => slope * day + 2.0 * noise + if day > step_at { step } else { 0.0 },
            "random walk" => walk,
            "accelerating" => slope * day * (0.6 + day / 400.0) + 2.0 * noise,
            "saturating" => slope * decay * (1.0 - (-day / decay).exp()) + 2.0 * noise,
            "changed slope" => slope * day.min(change_at) + other_slope * (day - change_at).max(0.0) + 2.0 * noise,
            "one by one" => arrived,
            "pause each year" => slope * working + 2.0 * noise + if is_weekend { -rhythm } else { 0.4 * rhythm },
            "dip each year" => slope * day + 2.0 * noise - if is_pause { step / 2.0 } else { 0.0 },
            "monthly steps" => 0.3 * slope * day + noise + moved_in,
            // Fast at first; then those who are left come one after the other.
            "waning roll-out" => 80.0 * (1.0 - (-day / wanes).exp()) + 0.4 * slope * day + 2.0 * noise,
            "flat" => 3.0 * noise,
            "shrinking" => 2.0 * noise - 0.2 * day,
            other => panic!("{other}"),
        };
        (base + grown).round().max(0.0)
    };
    (0..(history_days + TRUTH_DAYS) * READINGS_A_DAY).map(at_reading).collect()
}

fn at(number: usize) -> Instant {
    let epoch = Instant::parse("2026-01-05T00:00:00Z").unwrap();
    Instant::from_millis(epoch.millis() + i64::try_from(number).unwrap() * MS_PER_READING).unwrap()
}

fn reading(number: usize, seats: f64, total: u32) -> PoolReading {
    let figures = BTreeMap::from([("total".to_owned(), f64::from(total)), ("allocated".to_owned(), seats)]);
    PoolReading::of_figures(at(number), &figures).unwrap()
}

/// A series, its readings up to now, the pool's total, and the day of its exhaustion if it comes.
struct Case {
    readings: Vec<PoolReading>,
    now: Instant,
    truth: Option<u32>,
}

fn case(growth: &str, history_days: usize, seed: u64) -> Case {
    let mut dice = Dice(seed * 7919 + u64::try_from(history_days).unwrap());
    for _ in 0..8 {
        dice.unit();
    }
    let seats = seats(growth, &mut dice, history_days);
    let until = history_days * READINGS_A_DAY;
    let highest = seats[..until].iter().fold(0.0_f64, |highest, seats| highest.max(*seats));
    let total = format!("{:.0}", highest + dice.between(5., 120.)).parse().unwrap();
    let truth = (until..seats.len()).find(|number| seats[*number] >= f64::from(total));
    let truth = truth.map(|number| u32::try_from(number / READINGS_A_DAY - history_days).unwrap());
    let readings = (0..until).map(|number| reading(number, seats[number], total)).collect();
    Case { readings, now: at(until), truth }
}

fn look(readings: &[PoolReading], shifts: &[Shift], now: Instant) -> Forecast {
    forecast(readings, shifts, ForecastSettings::default(), now)
}

fn days(forecast: &Forecast) -> &Exhaustion {
    match forecast {
        Forecast::Exhaustion(days) => days,
        Forecast::NoForecast(reason) => panic!("{reason}"),
    }
}

fn contains(days: &Exhaustion, truth: u32) -> bool {
    days.lower_days <= truth && days.upper_days.is_none_or(|upper| truth <= upper)
}

/// The course goes from the last reading to behind the interval, and meets the total where the days say so.
fn check_course(days: &Exhaustion, readings: &[PoolReading]) {
    let last = readings.last().unwrap();
    let (total, course) = (last.total.unwrap(), &days.course);
    assert!((2..=62).contains(&course.len()), "{}", course.len());
    assert!(course.is_sorted_by(|one, next| one.at < next.at));
    assert!(
        course
            .iter()
            .all(|point| { point.lower <= point.median && point.median <= point.upper && point.upper <= total })
    );
    let first = course.first().unwrap();
    assert_eq!((first.at, first.lower, first.upper), (last.at, last.allocated, last.allocated));
    // The last reading is of yesterday evening.
    let on = |day: u32| course.iter().find(|point| point.at.days_since(last.at) == day + 1);
    let until = days.upper_days.unwrap_or(days.horizon_days);
    assert!(course.last().unwrap().at.days_since(last.at) >= until.min(days.horizon_days));
    assert_eq!(on(days.median_days).unwrap().median, total, "{days:?}");
    let before = course.iter().filter(|point| point.at.days_since(last.at) <= days.median_days);
    assert!(before.clone().all(|point| point.median < total), "{days:?}");
    assert!(before.filter(|point| point.at.days_since(last.at) <= days.lower_days).all(|point| point.upper < total));
}

/// How many forecasts were made, and in how many the truth was in the interval.
fn score(growth: &str, history_days: usize) -> (u32, u32) {
    let (mut made, mut right) = (0, 0);
    for seed in 0..CASES {
        let case = case(growth, history_days, seed);
        if let Forecast::Exhaustion(days) = look(&case.readings, &[], case.now) {
            assert!(days.lower_days <= days.median_days);
            assert!(days.upper_days.is_none_or(|upper| days.median_days <= upper));
            check_course(&days, &case.readings);
            made += 1;
            right += u32::from(contains(&days, case.truth.unwrap_or(u32::MAX)));
        }
    }
    (made, right)
}

#[test]
fn the_interval_contains_the_true_day_as_often_as_promised() {
    for history_days in [60, 120, 300] {
        for growth in GROWTH {
            let (made, right) = score(growth, history_days);
            assert!(made >= 20, "{growth}, {history_days} days: only {made} forecasts");
            assert!(right * 100 >= made * 80, "{growth}, {history_days} days: {right} of {made}");
        }
    }
}

#[test]
fn four_weeks_are_right_as_often_over_all_kinds_of_growth() {
    let (made, right) = GROWTH
        .into_iter()
        .flat_map(|growth| [28, 30].map(|days| score(growth, days)))
        .fold((0, 0), |(made, right), (more, more_right)| (made + more, right + more_right));
    assert!(right * 100 >= made * 80, "{right} of {made}");
}

#[test]
fn the_interval_of_steady_growth_is_one_that_helps() {
    let (mut widths, mut cases) = (0, 0);
    for seed in 0..CASES {
        let case = case("weekly rhythm", 300, seed);
        if let Forecast::Exhaustion(days) = look(&case.readings, &[], case.now)
            && let Some(upper) = days.upper_days
        {
            widths += (upper - days.lower_days) * 100 / days.median_days.max(1);
            cases += 1;
        }
    }
    assert!(cases > 40 && widths / cases < 80, "{widths} over {cases}");
}

#[test]
fn a_pool_that_does_not_grow_has_no_day_of_exhaustion() {
    for seed in 0..CASES {
        let shrinking = case("shrinking", 120, seed);
        let answer = look(&shrinking.readings, &[], shrinking.now);
        assert!(matches!(answer, Forecast::NoForecast(NoForecast::NoTrend { .. })), "{answer:?}");
    }
    let flat = (0..CASES).map(|seed| case("flat", 120, seed));
    let alarms = flat.filter(|flat| {
        let answer = look(&flat.readings, &[], flat.now);
        matches!(answer, Forecast::Exhaustion(Exhaustion { upper_days: Some(_), .. }))
    });
    assert_eq!(alarms.count(), 0);
}

#[test]
fn a_pool_that_shrinks_has_no_absurd_words() {
    for seed in 0..CASES {
        for growth in ["shrinking", "flat"] {
            let case = case(growth, 120, seed);
            let text = match look(&case.readings, &[], case.now) {
                Forecast::Exhaustion(days) => days.when(),
                Forecast::NoForecast(reason) => reason.to_string(),
            };
            for absurd in ["for 0 days", "for 1 days", "in 0 days", "between 0"] {
                assert!(!text.contains(absurd), "{text}");
            }
        }
    }
}

fn line(number: usize) -> f64 {
    (200.0 + 0.2 * f64::from(u32::try_from(number).unwrap())).round()
}

fn lines(numbers: impl IntoIterator<Item = usize>, total: u32) -> Vec<PoolReading> {
    numbers.into_iter().map(|number| reading(number, line(number), total)).collect()
}

fn check_reason(readings: &[PoolReading], now: usize, expected: NoForecast) {
    assert_eq!(look(readings, &[], at(now)), Forecast::NoForecast(expected));
}

#[test]
fn says_why_there_is_no_number() {
    check_reason(&[], 0, NoForecast::NoReadings);
    check_reason(&lines(0..80, 400), 80, NoForecast::TooFewDays { days: 20, needed: 28 });
    check_reason(&lines(0..400, 400), 600, NoForecast::Stale { last_at: at(399) });
    check_reason(&lines(0..400, 279), 400, NoForecast::AlreadyExhausted);
    let constant: Vec<_> = (0..400).map(|number| reading(number, 200.0, 400)).collect();
    check_reason(&constant, 400, NoForecast::Constant);
    let sparse = lines((0..400).filter(|number| number % 20 == 0).chain([399]), 400);
    check_reason(&sparse, 400, NoForecast::TooManyGaps { days_read: 21, of_days: 100 });
    let mut silent = lines(0..400, 400);
    for reading in &mut silent {
        reading.total = None;
    }
    check_reason(&silent, 400, NoForecast::TotalUnknown);
    // After two silent months only what was read since counts.
    let long_gap = lines((0..400).chain(640..680), 400);
    check_reason(&long_gap, 680, NoForecast::TooFewDays { days: 10, needed: 28 });
}

#[test]
fn gaps_outages_and_a_month_without_data_are_bridged() {
    let whole = look(&lines(0..480, 360), &[], at(480));
    assert!(contains(days(&whole), 80), "{whole:?}");
    for gaps in [[200..320, 0..0, 0..0], [100..102, 130..160, 400..440], [472..480, 0..0, 300..301]] {
        let kept = (0..480).filter(|number| !gaps.iter().any(|gap| gap.contains(number)));
        let answer = look(&lines(kept, 360), &[], at(480));
        assert!(contains(days(&answer), 80), "{gaps:?}: {answer:?}");
    }
}

#[test]
fn a_clock_that_was_wrong_changes_little() {
    let mut readings = lines(0..480, 360);
    // Set back by 40 days for a day; and once a month ahead.
    readings.extend((476..480).map(|number| reading(number - 160, line(number), 360)));
    readings.push(reading(600, line(480), 360));
    let answer = look(&readings, &[], at(480));
    assert!(contains(days(&answer), 80), "{answer:?}");
}

#[test]
fn a_single_slip_of_the_server_changes_nothing() {
    let mut readings = lines(0..480, 360);
    let before = look(&readings, &[], at(480));
    readings[300].allocated = 0;
    readings[301].allocated = u32::MAX;
    readings[470].allocated = 359;
    let after = look(&readings, &[], at(480));
    let (before, after) = (days(&before), days(&after));
    assert!(before.median_days.abs_diff(after.median_days) <= 3, "{before:?} {after:?}");
}

#[test]
fn seats_that_steward_took_are_a_step_and_no_shrinking() {
    // 10 seats every 20 days since day 10: without that the pool would be full in 40 days, with it in 100.
    let mut readings = lines(0..480, 336);
    let mut shifts = Vec::new();
    for batch in 0..6 {
        let from = 40 + batch * 80;
        shifts.push(Shift { at: at(from), released: 10 });
        for reading in &mut readings[from..] {
            reading.allocated -= 10;
        }
    }
    let answer = look(&readings, &shifts, at(480));
    assert!(contains(days(&answer), 125), "{answer:?}");
    // What an undo gives back is no demand either.
    shifts.push(Shift { at: at(440), released: -10 });
    for reading in &mut readings[440..] {
        reading.allocated += 10;
    }
    let answer = look(&readings, &shifts, at(480));
    assert!(contains(days(&answer), 112), "{answer:?}");
}

#[test]
fn a_pool_that_was_enlarged_grows_as_before_it_was_full() {
    // Full at 260 from day 75 to day 110, then enlarged.
    let readings: Vec<_> = (0..480)
        .map(|number| {
            if number < 440 {
                reading(number, line(number).min(260.0), 260)
            } else {
                reading(number, line(number) - 28.0, 360)
            }
        })
        .collect();
    let answer = look(&readings, &[], at(480));
    let days = days(&answer);
    assert!(contains(days, 115), "{answer:?}");
    assert!(days.median_days < 250, "{answer:?}");
}

#[test]
fn quarantined_seats_are_not_free_this_week() {
    let mut readings = lines(0..480, 330);
    let free = look(&readings, &[], at(480));
    for reading in &mut readings {
        reading.quarantined = 32;
    }
    let quarantined = look(&readings, &[], at(480));
    assert!(days(&quarantined).lower_days < 5 && days(&free).lower_days > 20, "{free:?} {quarantined:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_readings_in_any_order_give_one_answer(
        mut readings in prop::collection::vec((0_i64..40_000_000_000, 0_u32..500, prop::option::of(0_u32..500)), 0..400),
        turn in any::<prop::sample::Index>(),
        released in prop::collection::vec((0_i64..40_000_000_000, -50_i32..50), 0..10),
    ) {
        let start = at(0).millis();
        readings.sort_unstable();
        readings.dedup_by_key(|reading| reading.0);
        let mut readings: Vec<PoolReading> = readings.into_iter().map(|(ms, allocated, total)| PoolReading {
            at: Instant::from_millis(start + ms).unwrap(), total, allocated, available: None, quarantined: 0,
        }).collect();
        let shifts: Vec<Shift> = released.into_iter()
            .map(|(ms, released)| Shift { at: Instant::from_millis(start + ms).unwrap(), released }).collect();
        let now = Instant::from_millis(start + 39_000_000_000).unwrap();
        let answer = look(&readings, &shifts, now);
        if !readings.is_empty() {
            let turn = turn.index(readings.len());
            readings.rotate_left(turn);
        }
        prop_assert_eq!(look(&readings, &shifts, now), answer);
    }
}
