//! Rules about what ends on a day: the server's licence, and the certificate that Steward uses.

use super::{Finding, Findings, Standing, raised_if};
use crate::alert::key::AlertKey;
use crate::alert::observations::{LicenseFacts, Observations};
use crate::alert::rule::{Rule, Severity};
use crate::alert::settings::Thresholds;
use crate::instant::{Instant, MS_PER_DAY};

pub(super) fn find(observations: &Observations, thresholds: &Thresholds, now: Instant, findings: &mut Findings) {
    if let Some(license) = &observations.server_license {
        server_license(license, thresholds, findings);
    }
    if let Some(certificate) = observations.certificate {
        let days = certificate.expires_at.millis_since(now).div_euclid(MS_PER_DAY);
        let has_ended = days < 0;
        let facts = if has_ended {
            format!("The client certificate ended at {}.", certificate.expires_at)
        } else {
            format!("The client certificate ends at {}, in {days} days.", certificate.expires_at)
        };
        let standing = raised_if(days < i64::from(thresholds.certificate_days));
        let severity = if has_ended { Severity::Critical } else { Rule::CertificateExpiring.severity() };
        findings.put(AlertKey::new(Rule::CertificateExpiring), Finding { standing, severity, facts });
    }
}

fn server_license(license: &LicenseFacts, thresholds: &Thresholds, findings: &mut Findings) {
    let LicenseFacts { has_ended, days_until_expiry, expiry } = license;
    let ended = *has_ended == Some(true);
    let (standing, facts) = match has_ended {
        Some(true) => (Standing::Raised, format!("The licence of the server has ended ({expiry}).")),
        Some(false) => (Standing::Clear, format!("The licence of the server is valid ({expiry}).")),
        None => (Standing::Unknown, String::new()),
    };
    findings.add(Rule::ServerLicenseExpired, "", standing, facts);

    let (standing, facts) = match days_until_expiry {
        _ if ended => (Standing::Superseded, "It has ended.".to_owned()),
        Some(days) => (
            raised_if(*days < i64::from(thresholds.server_license_days)),
            format!("The licence of the server ends on {expiry}, in {days} days."),
        ),
        None => (Standing::Unknown, String::new()),
    };
    findings.add(Rule::ServerLicenseExpiring, "", standing, facts);

    let is_unknown = days_until_expiry.is_none() && !ended;
    let facts = if is_unknown {
        format!("The server says: {expiry}.")
    } else {
        format!("The licence says when it ends: {expiry}.")
    };
    findings.add(Rule::ServerLicenseUnknown, "", raised_if(is_unknown), facts);
}
