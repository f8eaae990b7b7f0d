//! Invented people: plain names, and the ones that break careless clients.

use super::random::Random;

const GIVEN: &[&str] = &[
    "Anna",
    "Björn",
    "Chiara",
    "Dmitri",
    "Elif",
    "Fatima",
    "Grzegorz",
    "Håkan",
    "Ines",
    "Jürgen",
    "Kateřina",
    "Luís",
    "Mei",
    "Noor",
    "Oyelaran",
    "Paweł",
    "Quinn",
    "Rosa",
    "Søren",
    "Thảo",
    "Uma",
    "Viktor",
    "Wanda",
    "Ximena",
    "Yusuf",
    "Zoë",
];

const FAMILY: &[&str] = &[
    "Andersson",
    "Bauer",
    "Costa",
    "Dvořák",
    "Ekström",
    "Fischer",
    "García",
    "Haddad",
    "Ito",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Nguyen",
    "O'Brien",
    "Petrov",
    "Quispe",
    "Rossi",
    "Šimić",
    "Tanaka",
    "Ueda",
    "van der Berg",
    "Weiß",
    "Xu",
    "Yılmaz",
    "Zhang",
];

/// User id and display name of people whose names are a test of their own.
pub const DIFFICULT: &[(&str, &str)] = &[
    ("r&d", "R&D"),
    ("o'brien", "O'Brien"),
    (r"a\b", r"a\b"),
    ("山田太郎", "山田 太郎"),
    ("müller", "Jürgen \"JM\" Müller"),
    ("plus+hash#percent%", "50% + #1"),
    ("emoji", "Zoë 👩‍🔬"),
    ("rtl", "محمد الأحمد"),
    ("line", "two\nlines\tand a tab"),
    ("<b>", "<script>alert(1)</script>"),
    ("=cmd", "=1+1"),
    ("semi;colon", "a;b,c"),
];

/// An invented display name.
pub fn display_name(random: &mut Random) -> String {
    format!("{} {}", random.pick(GIVEN), random.pick(FAMILY))
}

/// A name of exactly 200 characters, not all of them one byte.
pub fn long_name(number: usize) -> String {
    let start = format!("Långt namn {number} ");
    start.chars().chain("abcdefghij é".chars().cycle()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_long_names_of_two_hundred_characters() {
        assert_eq!(long_name(7).chars().count(), 200);
    }
}
