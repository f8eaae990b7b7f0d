//! Rules about what ends on a day: the server's licence, and the certificate that Steward uses.

use super::{Cover, Finding, Findings, Standing, raised_if};
use crate::alert::key::AlertKey;
use crate::alert::observations::{LicenseFacts, Observations};
use crate::alert::rule::{Rule, Severity};
use crate::alert::settings::Thresholds;
use crate::alert::words::{clause, days_until, in_days, moment};
use crate::instant::Instant;

pub(super) fn find(observations: &Observations, thresholds: &Thresholds, now: Instant, findings: &mut Findings) {
    if let Some(license) = &observations.server_license {
        server_license(license, thresholds, findings);
    }
    if let Some(certificate) = observations.certificate {
        let expires_at = certificate.expires_at;
        let has_ended = expires_at < now;
        let days = days_until(expires_at, now);
        let facts = if has_ended {
            format!("The client certificate ended on {}.", moment(expires_at))
        } else {
            format!(
                "The client certificate ends on {} ({}).",
                moment(expires_at),
                in_days(u64::try_from(days).unwrap_or_default())
            )
        };
        let standing = raised_if(has_ended || days < i64::from(thresholds.certificate_days));
        let severity = if has_ended { Severity::Critical } else { Rule::CertificateExpiring.severity() };
        let finding = Finding { standing, severity, facts, cover: None };
        findings.put(AlertKey::new(Rule::CertificateExpiring), finding);
    }
}

/// An end that nobody knows is told as such: a licence without a known end is not one without an end.
fn server_license(license: &LicenseFacts, thresholds: &Thresholds, findings: &mut Findings) {
    let days = license.days_until_expiry;
    let expiry = clause(&license.expiry);
    // Whichever of the two says so: the server's word may be older than the day.
    let has_ended = match (license.has_ended, days) {
        (Some(true), _) => Some(true),
        (_, Some(days)) => Some(days < 0),
        (said, None) => said,
    };
    let ended = has_ended == Some(true);
    let (standing, facts) = match has_ended {
        Some(true) => (Standing::Raised, format!("The licence of the server has ended ({expiry}).")),
        Some(false) => (Standing::Clear, format!("The licence of the server is valid ({expiry}).")),
        None => (Standing::Unknown, String::new()),
    };
    findings.add(Rule::ServerLicenseExpired, "", standing, facts);

    let rule = Rule::ServerLicenseExpiring;
    let (standing, facts) = match days {
        _ if ended => (Standing::Raised, format!("The licence of the server has ended ({expiry}).")),
        Some(days) => (
            raised_if(days < i64::from(thresholds.server_license_days)),
            format!(
                "The licence of the server ends on {expiry} ({}).",
                in_days(u64::try_from(days).unwrap_or_default())
            ),
        ),
        None => (Standing::Unknown, String::new()),
    };
    let cover = ended.then_some(Cover::Replaces(Rule::ServerLicenseExpired));
    findings.put(AlertKey::new(rule), Finding { standing, severity: rule.severity(), facts, cover });

    let is_unknown = days.is_none() && !ended;
    let facts = if is_unknown {
        format!("The end of the licence of the server is unknown: {expiry}.")
    } else {
        format!("The end of the licence of the server is known: {expiry}.")
    };
    findings.add(Rule::ServerLicenseUnknown, "", raised_if(is_unknown), facts);
}
