//! Whether a template can write whatever there may be to write. Tried when settings are read: a message that cannot be made
//! when something burns is no message.

use super::{AlertFacts, NoticeFacts, Template, TemplateError};
use crate::alert::{AlertKey, Kind, Notification, Rule, Severity};
use crate::ids::LicenseId;
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::notice::AnnouncedSeat;
use crate::settings::Account;

/// Signs that mean something in some format, line ends, marks that nobody sees, and letters of several alphabets.
const HOSTILE: &str = "\"'`<b>&amp;</b>\\ {{ name }} {% if %} <!channel> [x](y) *a*\r\nBcc: x@y.z\u{202e}\u{0} äßЖ漢🙂";
/// As much as a person with many seats, or a site with many people, may have.
const SEATS_MANY: usize = 200;

/// Writes alerts of all kinds, with ordinary, empty and hostile values.
///
/// # Errors
/// [`TemplateError::Trial`]: the first kind that the template cannot write, and why.
pub fn try_alert(template: &Template) -> Result<(), TemplateError> {
    let kinds: [(&'static str, Kind); 6] = [
        ("an alert that fires", Kind::Firing),
        ("an alert that became worse", Kind::Worse),
        ("an alert that still fires", Kind::Repeat),
        ("an alert that is resolved", Kind::Resolved),
        ("an alert that is replaced", Kind::Replaced),
        ("a test message", Kind::Test),
    ];
    let severities = [Severity::Info, Severity::Warning, Severity::Critical];
    for (facts, kind) in kinds {
        for (values, severity) in [("analyzer", "Berlin"), ("", ""), (HOSTILE, HOSTILE)].into_iter().zip(severities) {
            let ((subject, site), link) = (values, if values.0.is_empty() { "" } else { "https://steward.example/" });
            let notification = alert(kind, severity, subject);
            told(facts, template.render(&AlertFacts::new(&notification, site, link)))?;
        }
    }
    Ok(())
}

fn alert(kind: Kind, severity: Severity, subject: &str) -> Notification {
    let key = if subject.is_empty() {
        AlertKey::new(Rule::PausedLong)
    } else {
        AlertKey::about(Rule::LowAvailability, subject)
    };
    Notification {
        kind,
        severity,
        text: subject.to_owned(),
        next_step: if kind.is_end() { String::new() } else { subject.to_owned() },
        repeat: u32::from(kind == Kind::Repeat),
        ..Notification::test(key, subject, Instant::UNIX_EPOCH)
    }
}

/// Writes notices to one person and to the administrators, about one seat and about many, with ordinary, empty and
/// hostile values.
///
/// # Errors
/// [`TemplateError::Trial`]: the first kind that the template cannot write, and why.
pub fn try_notice(template: &Template) -> Result<(), TemplateError> {
    for (name, site) in [("Jane Doe", "Berlin"), ("", ""), (HOSTILE, HOSTILE)] {
        let seats = [seat(name, LicenseType::Analyzer), seat(name, LicenseType::Professional)];
        let first = seats.get(..1).unwrap_or_default();
        told("a notice about one seat", template.render(&NoticeFacts::new(first, true, 1, site, site)))?;
        told("a notice about two seats", template.render(&NoticeFacts::new(&seats, true, 14, site, site)))?;
        let many: Vec<AnnouncedSeat> = seats.iter().cycle().take(SEATS_MANY).cloned().collect();
        told("a notice to the administrators", template.render(&NoticeFacts::new(&many, false, 14, site, site)))?;
    }
    Ok(())
}

fn seat(name: &str, license_type: LicenseType) -> AnnouncedSeat {
    AnnouncedSeat {
        account: Account { user_dir: name.to_owned(), user_id: name.to_owned() },
        name: (!name.is_empty()).then(|| name.to_owned()),
        license_id: LicenseId::new("1"),
        license_type,
        idle_since: Instant::UNIX_EPOCH,
        idle_days: 40,
        goes_from: Instant::UNIX_EPOCH,
        reason: name.to_owned(),
    }
}

fn told(facts: &'static str, written: Result<String, TemplateError>) -> Result<(), TemplateError> {
    match written {
        Ok(_) => Ok(()),
        Err(problem) => Err(TemplateError::Trial { facts, problem: Box::new(problem) }),
    }
}
