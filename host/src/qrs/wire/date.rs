//! Dates of the server: ISO-8601 with a zone. What cannot be read is unknown; the years before 1900 are how the server
//! writes "never" (1753, and 1 in some releases).

use steward_core::instant::Instant;
use steward_core::snapshot::LastUse;

use super::field::Scalar;

/// 1900-01-01T00:00:00Z
const FIRST_REAL_MS: i64 = -2_208_988_800_000;

pub(super) fn last_use(field: &Scalar<'_>) -> LastUse {
    match read(field) {
        None => LastUse::Unknown,
        Some(at) if is_never(at) => LastUse::Never,
        Some(at) => LastUse::At(at),
    }
}

/// `None` for what is unreadable and for "never".
pub(super) fn moment(field: &Scalar<'_>) -> Option<Instant> {
    read(field).filter(|at| !is_never(*at))
}

/// A date without a zone is not read: it could be off by a day, and nothing says in which direction.
fn read(field: &Scalar<'_>) -> Option<Instant> {
    Instant::parse(field.text()?)
}

fn is_never(at: Instant) -> bool {
    at.millis() < FIRST_REAL_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Scalar<'_> {
        Scalar::Text(text.into())
    }

    #[test]
    fn reads_dates_with_a_zone_and_nothing_else() {
        for (written, read) in [
            ("2024-03-05T08:41:12.507Z", "2024-03-05T08:41:12.507Z"),
            ("2024-03-05T08:41:12Z", "2024-03-05T08:41:12Z"),
            ("2024-03-05T08:41:12.5Z", "2024-03-05T08:41:12.500Z"),
            ("2024-03-05T08:41:12.5071234Z", "2024-03-05T08:41:12.507Z"),
            ("2024-03-05T10:41:12.507+02:00", "2024-03-05T08:41:12.507Z"),
        ] {
            assert_eq!(last_use(&text(written)), LastUse::At(Instant::parse(read).unwrap()), "{written}");
            assert_eq!(moment(&text(written)), Instant::parse(read), "{written}");
        }
        let unreadable = [
            text("2024-03-05T08:41:12.507"),
            text("2024-03-05"),
            text("2024-02-30T00:00:00Z"),
            text("05.03.2024 08:41"),
            text("0000-01-01T00:00:00Z"),
            text(""),
            Scalar::Null,
            Scalar::Absent,
            Scalar::Flag(false),
            Scalar::Other,
        ];
        for field in unreadable {
            assert_eq!(last_use(&field), LastUse::Unknown, "{field:?}");
            assert_eq!(moment(&field), None, "{field:?}");
        }
    }

    #[test]
    fn years_before_1900_mean_never() {
        for never in ["1753-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z", "1899-12-31T23:59:59.999Z"] {
            assert_eq!(last_use(&text(never)), LastUse::Never, "{never}");
            assert_eq!(moment(&text(never)), None, "{never}");
        }
        assert!(matches!(last_use(&text("1900-01-01T00:00:00Z")), LastUse::At(_)));
    }
}
