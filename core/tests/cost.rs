//! What a month costs and what releases save, to the minor unit.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward_core::cost::savings::{NewSeat, SavingEvent, SavingsBook, What, saving_events};
use steward_core::cost::{
    Amount, BudgetFor, BudgetState, CostReading, CostSettings, Currency, Money, Month, MonthlyReport, Price,
    ReportInput, SeatPrice, idle_seats, monthly_report,
};
use steward_core::digest::Digest;
use steward_core::forecast::shifts;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::ledger::{
    Answer, Counts, Event, Head, IntendedRelease, LedgerState, PersonRef, PlannedSeat, RestoreAnswer, RunId, RunKind,
    SeatOutcome,
};
use steward_core::license_type::LicenseType::{self, Analyzer, Professional};
use steward_core::snapshot::{Holder, LastUse, Seat};

fn at(text: &str) -> Instant {
    let full = if text.len() == 10 { format!("{text}T00:00:00Z") } else { format!("{text}:00Z") };
    Instant::parse(&full).unwrap()
}

fn price(license_type: LicenseType, from: Option<&str>, per_seat: &str) -> SeatPrice {
    SeatPrice {
        license_type,
        from: from.map(|month| Month::parse(month).unwrap()),
        per_seat_month: Price::parse(per_seat).unwrap(),
    }
}

fn settings() -> CostSettings {
    CostSettings {
        currency: Currency::new("EUR").unwrap(),
        prices: vec![
            price(Professional, None, "70"),
            price(Analyzer, None, "31"),
            price(Analyzer, Some("2026-11"), "35.50"),
        ],
        budget_per_month: None,
        budget_for: BudgetFor::Allocated,
    }
}

fn counted(when: &str, allocated: u32, idle: Option<u32>) -> CostReading {
    CostReading { at: at(when), license_type: Analyzer, total: Some(100), allocated, idle }
}

fn released(when: &str, id: &str) -> SavingEvent {
    SavingEvent { at: at(when), license_type: Analyzer, what: What::Released(LicenseId::new(id)) }
}

fn event(when: &str, what: What) -> SavingEvent {
    SavingEvent { at: at(when), license_type: Analyzer, what }
}

fn book(events: impl IntoIterator<Item = SavingEvent>) -> SavingsBook {
    let mut book = SavingsBook::default();
    book.take(events);
    book
}

fn report(
    month: &str,
    settings: &CostSettings,
    readings: &[CostReading],
    savings: &SavingsBook,
    now: &str,
) -> MonthlyReport {
    let releases = BTreeMap::new();
    let input = ReportInput { settings, readings, savings, releases: &releases, now: at(now) };
    monthly_report(Month::parse(month).unwrap(), input).unwrap()
}

/// Every second day of a month.
fn steady(month: &str, allocated: u32) -> Vec<CostReading> {
    (1..=30).step_by(2).map(|day| counted(&format!("{month}-{day:02}"), allocated, Some(10))).collect()
}

#[test]
fn a_month_costs_its_price_and_half_of_it_half() {
    let full = report("2026-10", &settings(), &steady("2026-10", 80), &SavingsBook::default(), "2026-11-15");
    let pool = &full.pools[0];
    assert!(full.is_complete);
    assert_eq!(pool.bought.cost, Some(Money::of_minor(100 * 3100)));
    assert_eq!(pool.allocated.cost, Some(Money::of_minor(80 * 3100)));
    assert_eq!(pool.idle.cost, Some(Money::of_minor(10 * 3100)));
    assert_eq!((pool.allocated.known_percent, pool.allocated.seats_hundredths), (100, Some(8000)));
    assert_eq!(pool.days.len(), 15);

    // Up to the evening of the tenth day: 9.5 of 31 days.
    let part = report("2026-10", &settings(), &steady("2026-10", 80), &SavingsBook::default(), "2026-10-10T12:00");
    assert!(!part.is_complete);
    assert_eq!(part.pools[0].allocated.cost, Some(Money::of_minor(80 * 950 * 100 / 100)));
}

#[test]
fn the_price_of_a_month_is_the_one_that_began_last() {
    let november = report("2026-11", &settings(), &steady("2026-10", 80), &SavingsBook::default(), "2026-11-01T12:00");
    assert_eq!(november.pools[0].per_seat_month, Some(Price::parse("35.5").unwrap()));
    let none = CostSettings { prices: vec![price(Analyzer, Some("2027-01"), "35")], ..settings() };
    let unpriced = report("2026-10", &none, &steady("2026-10", 80), &SavingsBook::default(), "2026-11-01");
    assert_eq!((unpriced.pools[0].allocated.cost, unpriced.total), (None, None));
    assert_eq!(unpriced.pools[0].allocated.seats_hundredths, Some(8000));
}

#[test]
fn time_that_nobody_read_costs_nothing_and_is_told() {
    // One reading holds for a week.
    let readings = [counted("2026-10-01", 31, None)];
    let pool = &report("2026-10", &settings(), &readings, &SavingsBook::default(), "2026-11-01").pools[0];
    assert_eq!(pool.allocated.cost, Some(Money::of_minor(31 * 700)));
    assert_eq!(pool.allocated.known_percent, 22);
    assert_eq!((pool.idle.cost, pool.idle.known_percent, pool.idle.seats_hundredths), (None, 0, None));
}

#[test]
fn a_released_seat_saves_until_a_seat_is_handed_out() {
    let readings = steady("2026-10", 80);
    let saved = |events: Vec<SavingEvent>| {
        report("2026-10", &settings(), &readings, &book(events), "2026-11-01").pools[0].saved.cost.unwrap().minor()
    };
    // 31 EUR in 31 days: one euro a day.
    assert_eq!(saved(vec![released("2026-10-11", "a")]), 2100);
    assert_eq!(saved(vec![released("2026-10-11", "a"), event("2026-10-16T12:00", What::HandedOut)]), 550);
    // The oldest ends first, and one that is handed out ends one.
    let two = vec![released("2026-10-01", "a"), released("2026-10-11", "b"), event("2026-10-21", What::HandedOut)];
    assert_eq!(saved(two), 2000 + 2100);
    // Seats that are handed out while none is saved are nobody's loss.
    assert_eq!(saved(vec![event("2026-10-02", What::HandedOut), released("2026-10-11", "a")]), 2100);
    // An undo ends its own.
    let undone = What::GivenBack(LicenseId::new("b"));
    let two = vec![released("2026-10-01", "a"), released("2026-10-11", "b"), event("2026-10-21", undone)];
    assert_eq!(saved(two), 3100 + 1000);
    // Whichever of the two was handed out, after an undo of the other nothing is saved.
    let undone = What::GivenBack(LicenseId::new("a"));
    let both = vec![
        released("2026-10-01", "a"),
        released("2026-10-01", "b"),
        event("2026-10-11", What::HandedOut),
        event("2026-10-21", undone),
    ];
    assert_eq!(saved(both), 1000 + 2000);
    // A full pool saves nothing, whatever was missed.
    let full = vec![released("2026-10-01", "a"), released("2026-10-01", "b"), event("2026-10-11", What::Free(1))];
    assert_eq!(saved(full), 1000 + 3100);
    // Told twice it saves once, and a clock that went back ends it at once.
    let twice = vec![released("2026-10-11", "a"), released("2026-10-12", "a")];
    assert_eq!(saved(twice), 2100);
    assert_eq!(saved(vec![released("2026-10-11", "a"), event("2026-10-05", What::HandedOut)]), 0);
}

#[test]
fn savings_are_split_by_months_and_add_up() {
    let readings = [steady("2026-10", 80), steady("2026-09", 80)].concat();
    let book = book([released("2026-09-16", "a"), event("2026-11-05", What::HandedOut)]);
    let october = report("2026-10", &settings(), &readings, &book, "2026-12-01");
    assert_eq!(october.pools[0].saved.cost, Some(Money::of_minor(3100)));
    // Half of September and all October; November is another report.
    assert_eq!(october.saved_ever, Some(Money::of_minor(1550 + 3100)));
}

#[test]
fn a_budget_is_compared_with_now_and_with_the_end_of_the_month() {
    let state = |budget: &str, now: &str| {
        let settings = CostSettings { budget_per_month: Some(Price::parse(budget).unwrap()), ..settings() };
        let budget = report("2026-10", &settings, &steady("2026-10", 80), &SavingsBook::default(), now).budget.unwrap();
        (budget.state, budget.spent.minor(), budget.projected.minor())
    };
    assert_eq!(state("2480", "2026-10-11"), (BudgetState::Within, 80_000, 248_000));
    assert_eq!(state("2479.99", "2026-10-11"), (BudgetState::ProjectedAbove, 80_000, 248_000));
    assert_eq!(state("799", "2026-10-11"), (BudgetState::Above, 80_000, 248_000));
}

#[test]
fn a_budget_says_what_it_leaves_out() {
    let mut settings = CostSettings { budget_per_month: Some(Price::parse("5000").unwrap()), ..settings() };
    settings.prices.retain(|price| price.license_type == Analyzer);
    let mut readings = steady("2026-10", 80);
    readings.push(CostReading { license_type: Professional, ..counted("2026-10-02", 7, None) });
    let of = |settings: &CostSettings| report("2026-10", settings, &readings, &SavingsBook::default(), "2026-10-11");
    assert_eq!(of(&settings).budget.unwrap().not_valued, [Professional]);
    settings.prices.push(price(Professional, None, "70"));
    assert_eq!(of(&settings).budget.unwrap().not_valued, []);
}

#[test]
fn a_month_that_has_not_begun_has_no_report() {
    let (settings, savings, releases) = (settings(), SavingsBook::default(), BTreeMap::new());
    let now = at("2026-10-31T23:59");
    let input = ReportInput { settings: &settings, readings: &[], savings: &savings, releases: &releases, now };
    let refused = monthly_report(Month::parse("2026-11").unwrap(), input).unwrap_err();
    assert_eq!(refused.to_string(), "the month 2026-11 has not begun yet");
    assert!(monthly_report(Month::parse("2026-10").unwrap(), input).is_ok());
}

#[test]
fn seats_save_now_only_in_the_running_month() {
    let book = book([released("2026-10-11", "a")]);
    let saving =
        |month: &str, now: &str| report(month, &settings(), &steady("2026-10", 80), &book, now).pools[0].saving_now;
    assert_eq!((saving("2026-10", "2026-10-31T23:59"), saving("2026-10", "2026-11-01")), (1, 0));
}

#[test]
fn averages_have_one_decimal() {
    let shown = |hundredths| Amount { seats_hundredths: hundredths, known_percent: 100, cost: None }.seats_on_average();
    for (hundredths, text) in [(0, "0.0"), (4, "0.0"), (5, "0.1"), (7949, "79.5"), (7944, "79.4"), (100_000, "1000.0")]
    {
        assert_eq!(shown(Some(hundredths)).as_deref(), Some(text));
    }
    assert_eq!(shown(None), None);
}

#[test]
fn idle_is_what_was_not_used_for_the_threshold_of_its_type() {
    let seat = |id: &str, license_type, last_used, quarantined| Seat {
        id: LicenseId::new(id),
        license_type,
        allocated_at: Some(at("2026-01-01")),
        last_used,
        quarantined,
        excess: false,
        holder: Holder::User { guid: UserGuid::new(id), user_directory: "ACME".to_owned(), user_id: id.to_owned() },
    };
    let seats = [
        seat("old", Analyzer, LastUse::At(at("2026-09-01")), false),
        seat("never", Analyzer, LastUse::Never, false),
        seat("fresh", Analyzer, LastUse::At(at("2026-09-02")), false),
        seat("unknown", Analyzer, LastUse::Unknown, false),
        seat("gone", Analyzer, LastUse::Never, true),
        seat("other", Professional, LastUse::Never, false),
    ];
    let counts = idle_seats(&seats, &BTreeMap::from([(Analyzer, 30)]), at("2026-10-01"));
    assert_eq!(counts, BTreeMap::from([(Analyzer, 2)]));
}

/// A ledger in which one plan releases the seats `a` and `b`, and an undo gives `a` back under the id `new`.
fn ledger() -> (LedgerState, Digest) {
    let (site, plan) = (Digest::of_bytes(b"site"), Digest::of_bytes(b"plan"));
    let counts = Counts {
        site,
        read_at: at("2026-10-01"),
        users: 2,
        seats: BTreeMap::new(),
        never_used: BTreeMap::new(),
        protections: BTreeSet::new(),
    };
    let (a, b, person) = (LicenseId::new("a"), LicenseId::new("b"), PersonRef::new("p:1"));
    let seat = |id: &LicenseId| PlannedSeat { license_id: id.clone(), license_type: Analyzer, person: person.clone() };
    let intended = |id: &LicenseId| IntendedRelease {
        license_id: id.clone(),
        allocated_at: None,
        last_used: LastUse::Never,
        idle_days: None,
        rule: "idle".to_owned(),
    };
    let by = || "admin".to_owned();
    let (run, undo) = (RunId(1), RunId(2));
    let mut events = vec![
        ("2026-10-01", Event::LedgerCreated { steward: "1".to_owned() }),
        ("2026-10-01", Event::PlanMade { plan, expires_at: at("2026-10-30"), releases: 2, counts, believed: true }),
        ("2026-10-01", Event::Armed { by: by(), plan, note: None }),
        (
            "2026-10-02",
            Event::RunStarted {
                run,
                kind: RunKind::Release,
                plan,
                fresh: None,
                by: by(),
                seats: vec![seat(&a), seat(&b)],
            },
        ),
    ];
    for id in [&a, &b] {
        let license_id = id.clone();
        events.push(("2026-10-02", Event::ReleaseIntended { run, seat: intended(id) }));
        events.push((
            "2026-10-02",
            Event::ReleaseAnswered { run, license_id: license_id.clone(), answer: Answer::Accepted },
        ));
        events.push(("2026-10-03", Event::ReleaseSettled { run, license_id, outcome: SeatOutcome::Freed }));
    }
    let answer = RestoreAnswer::Restored { license_id: LicenseId::new("new") };
    events.extend([
        ("2026-10-03", Event::RunFinished { run, stopped: None }),
        (
            "2026-10-10",
            Event::RunStarted { run: undo, kind: RunKind::Undo(run), plan, fresh: None, by: by(), seats: vec![] },
        ),
        (
            "2026-10-10",
            Event::RestoreIntended { run: undo, license_id: a.clone(), license_type: Analyzer, person: person.clone() },
        ),
        ("2026-10-10", Event::RestoreAnswered { run: undo, license_id: a, answer, protected_until: None }),
        ("2026-10-10", Event::RunFinished { run: undo, stopped: None }),
    ]);
    let mut state = LedgerState::default();
    let mut head = Head::empty();
    for (when, event) in events {
        state.apply(head, at(when), event).unwrap();
        head = Head { seq: head.seq + 1, ..head };
    }
    (state, site)
}

#[test]
fn the_ledger_says_what_was_released_and_given_back() {
    let (ledger, site) = ledger();
    let new = |when: &str, id: &str| NewSeat { at: at(when), license_type: Analyzer, license_id: LicenseId::new(id) };
    let new_seats = [new("2026-10-10T06:00", "new"), new("2026-10-20", "other")];
    let mut book = SavingsBook::default();
    let events = saving_events(&book, &ledger, &site, &new_seats, &[counted("2026-10-20", 80, None)]);
    assert_eq!(events.len(), 5);
    book.take(events);
    // `a` for eight days, `b` for eighteen: the seat that the undo made is no seat handed out.
    let days: u64 = book.seat_millis(at("2026-12-01")).values().flat_map(BTreeMap::values).sum::<u64>() / 86_400_000;
    assert_eq!((days, book.saving_now(Analyzer)), (8 + 18, 0));
    assert_eq!(saving_events(&book, &ledger, &site, &new_seats, &[counted("2026-10-20", 80, None)]), []);
    assert_eq!(saving_events(&book, &ledger, &Digest::of_bytes(b"other"), &[], &[]), []);
    // The forecast sees the same.
    let shifts: Vec<i32> = shifts(&ledger, &site, Analyzer).iter().map(|shift| shift.released).collect();
    assert_eq!(shifts, [1, 1, -1]);
}

prop_compose! {
    fn any_event()(day in 1_u32..=28, what in 0_u8..4, id in 0_u8..12, free in 0_u32..8) -> SavingEvent {
        let what = match what {
            0 => What::Released(LicenseId::new(id.to_string())),
            1 => What::GivenBack(LicenseId::new(id.to_string())),
            2 => What::HandedOut,
            _ => What::Free(free),
        };
        event(&format!("2026-10-{day:02}"), what)
    }
}

fn counts() -> impl Strategy<Value = Vec<(u32, u32, u32, bool)>> {
    prop::collection::vec((1_u32..=28, 0_u32..500, 0_u32..100, any::<bool>()), 0..30)
}

proptest! {
    #[test]
    fn totals_are_the_sums_of_the_columns(counts in counts(), events in prop::collection::vec(any_event(), 0..20), now in 1_u32..=31) {
        let readings: Vec<CostReading> = counts.into_iter().map(|(day, allocated, idle, is_analyzer)| CostReading {
            license_type: if is_analyzer { Analyzer } else { Professional },
            ..counted(&format!("2026-10-{day:02}"), allocated, Some(idle))
        }).collect();
        let mut events = events;
        events.sort();
        let report = report("2026-10", &settings(), &readings, &book(events), &format!("2026-10-{now:02}"));
        let Some(total) = report.total else { return Ok(()) };
        let sum = |part: fn(&steward_core::cost::PoolCost) -> Amount| {
            report.pools.iter().filter_map(|pool| part(pool).cost).fold(Money::default(), Money::plus)
        };
        prop_assert_eq!(total.bought, sum(|pool| pool.bought));
        prop_assert_eq!(total.allocated, sum(|pool| pool.allocated));
        prop_assert_eq!(total.idle, sum(|pool| pool.idle));
        prop_assert_eq!(total.saved, sum(|pool| pool.saved));
    }

    #[test]
    fn a_book_that_is_put_down_and_taken_up_says_the_same(mut events in prop::collection::vec(any_event(), 0..60), cut in any::<prop::sample::Index>()) {
        events.sort();
        let whole = book(events.clone());
        let cut = cut.index(events.len() + 1);
        let text = serde_json::to_string(&book(events[..cut].to_vec())).unwrap();
        let mut later: SavingsBook = serde_json::from_str(&text).unwrap();
        later.take(events[cut..].to_vec());
        prop_assert_eq!(&later, &whole);
    }

    #[test]
    fn no_event_makes_savings_longer_than_from_release_to_now(mut events in prop::collection::vec(any_event(), 0..60)) {
        events.sort();
        let until = at("2026-11-01");
        let longest: i64 = events.iter().filter(|event| matches!(event.what, What::Released(_)))
            .map(|event| until.millis_since(event.at)).sum();
        let saved: u64 = book(events).seat_millis(until).values().flat_map(BTreeMap::values).sum();
        prop_assert!(saved <= u64::try_from(longest).unwrap());
    }

    #[test]
    fn more_seats_handed_out_never_save_more(mut events in prop::collection::vec(any_event(), 0..60), extra in 1_u32..=28) {
        events.sort();
        // A seat is released once.
        let mut known = BTreeSet::new();
        events.retain(|event| !matches!(event.what, What::Released(_)) || known.insert(event.what.clone()));
        let until = at("2026-11-01");
        let saved = |events: Vec<SavingEvent>| book(events).seat_millis(until).values().flat_map(BTreeMap::values).sum::<u64>();
        let mut more = events.clone();
        more.push(event(&format!("2026-10-{extra:02}"), What::HandedOut));
        more.sort();
        prop_assert!(saved(more) <= saved(events));
    }
}
