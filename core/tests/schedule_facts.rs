//! Occurrences as the JavaScript library `later` itself found them, text by text.

use steward_core::instant::Instant;
use steward_core::schedule::Schedule;

const FACTS: &str = include_str!("schedule_facts.txt");

#[test]
fn texts_fire_when_they_fire_in_javascript() {
    let facts: Vec<&str> = FACTS.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(facts.len() >= 300, "only {} facts", facts.len());
    for fact in facts {
        let [from, text, expected] = fact.split('\t').collect::<Vec<_>>().try_into().expect("three columns");
        let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
        let found = schedule.upcoming(Instant::parse(from).unwrap(), 3);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), expected, "`{text}` after {from}");
    }
}
