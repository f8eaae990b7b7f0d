//! Rules between settings: what must be given together, what must be readable, and what an administrator should know.

use std::fs::File;
use std::path::Path;

use steward_core::window::{Day, TimeOfDay};

use super::Settings;
use super::butler::qrs::QLIK_USER_HEADER;
use super::derived::{Credentials, Endpoint, QRS_PORT, QlikUser};
use super::node::Node;
use super::problem::{Problem, quoted};
use super::steward::guard::Window;
use super::steward::qrs::Verify;
use super::{alert_checks, cost_checks, http_checks, influx_checks, notify_checks};
use crate::policy::Trust;

const HOST: &str = "Butler.configQRS.host";
const HOSTS: &str = "steward.qrs.hosts";
const HEADERS: &str = "Butler.configQRS.headers.static";
const CERT: &str = "Butler.cert.clientCert";
const CERT_KEY: &str = "Butler.cert.clientCertKey";
const CERT_CA: &str = "Butler.cert.clientCertCA";
const VERIFY: &str = "steward.qrs.verify";
const PFX: &str = "steward.qrs.clientPfx";
const JWT: &str = "steward.qrs.jwtFile";
const WINDOW: &str = "steward.guard.window";
const TLS_CERTIFICATE: &str = "steward.http.tls.certificate";
const TLS_KEY: &str = "steward.http.tls.key";
const COMPONENT: &str = "steward.policy.component";
const INFLUX_ROOT: &str = "steward.influxDb.rootCertificate";

/// Sections named in the note about those passed over. Butler's own template has 33.
const PASSED_OVER_SHOWN_MAX: usize = 60;

/// Collects problems, each at the place of the setting that it names.
pub(super) struct Report<'a> {
    root: &'a Node,
    /// What the walk has found: a setting that it left out is not missing.
    known: &'a [Problem],
    problems: Vec<Problem>,
}

impl Report<'_> {
    pub(super) fn add(&mut self, setting: &str, message: impl Into<String>) {
        let position = self.root.locate(setting);
        self.problems.push(Problem::new(position, setting, message));
    }

    pub(super) fn is_known(&self, setting: &str) -> bool {
        self.known.iter().any(|problem| {
            let rest = problem.setting.strip_prefix(setting);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// The problems that show only when settings are seen together.
pub fn problems(settings: &Settings, root: &Node, known: &[Problem]) -> Vec<Problem> {
    let mut report = Report { root, known, problems: Vec::new() };
    check_hosts(settings, &mut report);
    check_headers(settings, &mut report);
    check_credentials(settings, &mut report);
    check_policy_settings(settings, &mut report);
    influx_checks::check(settings, &mut report);
    if let Some(window) = &settings.steward.guard.window {
        check_window(window, &mut report);
    }
    http_checks::check(&settings.steward.http, &mut report);
    cost_checks::check(&settings.steward.cost, &mut report);
    alert_checks::check(&settings.steward.alerts, &mut report);
    notify_checks::check(settings, &mut report);
    if settings.steward.qrs.verify == Some(Verify::Chain)
        && settings.butler.cert.client_cert_ca.is_none()
        && !report.is_known(CERT_CA)
    {
        let message = "`chain` needs `Butler.cert.clientCertCA`: against public roots alone it would trust anybody";
        report.add(VERIFY, message);
    }
    report.problems
}

fn check_hosts(settings: &Settings, report: &mut Report<'_>) {
    let (host, hosts) = (&settings.butler.config_qrs.host, &settings.steward.qrs.hosts);
    for (index, host) in hosts.iter().enumerate() {
        if let Err(message) = Endpoint::parse(host, 1) {
            report.add(&format!("{HOSTS}[{index}]"), message);
        }
    }
    match host {
        Some(host) => {
            if let Err(message) = Endpoint::parse(host, 1) {
                report.add(HOST, message);
            }
        }
        None if hosts.is_empty() && !report.is_known(HOST) && !report.is_known(HOSTS) => {
            report.add(HOST, "the host of the Qlik Repository Service is missing");
        }
        None => {}
    }
}

fn check_headers(settings: &Settings, report: &mut Report<'_>) {
    let headers = &settings.butler.config_qrs.headers.fixed;
    let mut users = 0;
    for (index, header) in headers.iter().enumerate() {
        let setting = format!("{HEADERS}[{index}]");
        let value = header.value.expose();
        if !header.name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)) {
            report.add(&setting, format!("{} is not the name of a header", quoted(&header.name)));
        }
        if value.chars().any(char::is_control) {
            report.add(&setting, "the value holds a line break or another control character");
        }
        if header.is_qlik_user() {
            users += 1;
            if QlikUser::parse(value).is_none() {
                let message = format!("`{QLIK_USER_HEADER}` reads `UserDirectory=Internal;UserId=sa_repository`");
                report.add(&setting, message);
            }
        }
    }
    if users > 1 {
        report.add(HEADERS, format!("`{QLIK_USER_HEADER}` is given more than once"));
    }
    if users == 0 && settings.steward.qrs.jwt_file.is_none() && !report.is_known("Butler.configQRS.headers") {
        let message = format!(
            "the header `{QLIK_USER_HEADER}` is missing: it says as whom the QRS is asked, such as \
             `UserDirectory=Internal;UserId=sa_repository`"
        );
        report.add(HEADERS, message);
    }
}

fn check_window(window: &Window, report: &mut Report<'_>) {
    for (index, day) in window.days.iter().enumerate() {
        if Day::parse(day).is_none() {
            let message = format!("{} is no day of the week: write `mon` or `Monday`", quoted(day));
            report.add(&format!("{WINDOW}.days[{index}]"), message);
        }
    }
    for (name, time) in [("from", &window.from), ("to", &window.to)] {
        if TimeOfDay::parse(time).is_none() {
            report.add(&format!("{WINDOW}.{name}"), format!("{} is no time of day: write `08:30`", quoted(time)));
        }
    }
    if let Some(zone) = &window.time_zone
        && zone.parse::<chrono_tz::Tz>().is_err()
    {
        let message = format!("{} is no time zone: write a name such as `Europe/Berlin`", quoted(zone));
        report.add(&format!("{WINDOW}.timeZone"), message);
    }
}

/// These have a place of their own; a second one could contradict it, and switch on what is off there.
fn check_policy_settings(settings: &Settings, report: &mut Report<'_>) {
    let policy = &settings.steward.policy;
    let of_names = policy.settings_of.iter().map(|(name, settings)| (format!("settingsOf.{name}"), settings));
    let of_shadows = policy.shadow.iter().enumerate().filter_map(|(index, shadow)| {
        shadow.settings.as_ref().map(|settings| (format!("shadow[{index}].settings"), settings))
    });
    let own = [("settings".to_owned(), &policy.settings)];
    for (path, given) in own.into_iter().chain(of_names).chain(of_shadows) {
        for (name, place) in [
            ("licenseType", "Butler.qlikSenseLicense.licenseRelease.licenseType` or `steward.licenseType"),
            ("neverRelease", "Butler.qlikSenseLicense.licenseRelease.neverRelease"),
        ] {
            if given.contains_key(name) {
                report.add(&format!("steward.policy.{path}.{name}"), format!("write this under `{place}`"));
            }
        }
    }
    for problem in Trust::of(&policy.trust).err().into_iter().flatten() {
        report.add(&format!("steward.policy.trust.{}", problem.path), problem.message);
    }
}

fn check_credentials(settings: &Settings, report: &mut Report<'_>) {
    if settings.qrs_credentials().is_some() || [JWT, PFX].iter().any(|setting| report.is_known(setting)) {
        return;
    }
    let cert = &settings.butler.cert;
    let ways = "give `clientCert` and `clientCertKey`, `steward.qrs.clientPfx` or `steward.qrs.jwtFile`";
    if cert.client_cert.is_none() && !report.is_known(CERT) {
        report.add(CERT, format!("the client certificate is missing: {ways}"));
    }
    if cert.client_cert_key.is_none() && !report.is_known(CERT_KEY) {
        report.add(CERT_KEY, format!("the key of the client certificate is missing: {ways}"));
    }
}

/// The files that settings name and that cannot be opened.
pub fn unreadable_files(settings: &Settings, root: &Node) -> Vec<Problem> {
    let of_sinks = notify_checks::files(settings);
    let mut files: Vec<(&str, &Path)> = match settings.qrs_credentials() {
        Some(Credentials::Jwt { file }) => vec![(JWT, file)],
        Some(Credentials::Pfx { file, .. }) => vec![(PFX, file)],
        Some(Credentials::Pem { cert, key, .. }) => vec![(CERT, cert), (CERT_KEY, key)],
        None => Vec::new(),
    };
    files.extend(settings.butler.cert.client_cert_ca.as_deref().map(|file| (CERT_CA, file)));
    files.extend(settings.steward.policy.component.as_deref().map(|file| (COMPONENT, file)));
    if let Some(tls) = &settings.steward.http.tls {
        files.extend([(TLS_CERTIFICATE, &*tls.certificate), (TLS_KEY, &*tls.key)]);
    }
    files.extend(settings.steward.influx_db.root_certificate.as_deref().map(|file| (INFLUX_ROOT, file)));
    files.extend(of_sinks.iter().map(|(setting, file)| (setting.as_str(), *file)));
    let mut report = Report { root, known: &[], problems: Vec::new() };
    for (setting, file) in files {
        let shown = quoted(&file.display().to_string());
        match File::open(file).and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.is_dir() => report.add(setting, format!("{shown} is a folder")),
            Ok(_) => {}
            Err(fault) => report.add(setting, format!("cannot open {shown}: {fault}")),
        }
    }
    report.problems
}

/// What is no problem and should be known all the same.
pub fn notes(settings: &Settings, passed_over: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if !passed_over.is_empty() {
        let shown = &passed_over[..passed_over.len().min(PASSED_OVER_SHOWN_MAX)];
        let rest = match passed_over.len() - shown.len() {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        notes.push(format!("sections passed over, which are not Steward's: {}{rest}", shown.join(", ")));
    }
    let (butler, qrs) = (&settings.butler, &settings.steward.qrs);
    if !butler.config_qrs.use_ssl {
        notes.push("`Butler.configQRS.useSSL: false` is passed over: Steward always uses https".to_owned());
    }
    notes.extend(verification_note(settings).map(str::to_owned));
    if qrs.server_name.is_some() && settings.qrs_verify() != Verify::Full {
        notes.push("`steward.qrs.serverName` is passed over, because `steward.qrs.verify` is not `full`".to_owned());
    }
    if qrs.jwt_file.is_some() && qrs.client_pfx.is_some() {
        notes.push("`steward.qrs.clientPfx` is passed over, because `steward.qrs.jwtFile` is given".to_owned());
    }
    if qrs.jwt_file.is_some() && settings.qrs_endpoints().iter().any(|endpoint| endpoint.port == QRS_PORT) {
        notes.push(format!(
            "a JWT is understood by the proxy, usually on port 443, and not by the QRS itself on port {QRS_PORT}"
        ));
    }
    if qrs.jwt_file.is_some() && settings.qlik_user().is_none() {
        notes.push(format!(
            "nobody here knows whose account the JWT is: name it in the header `{QLIK_USER_HEADER}`, so that its seat is \
             never released"
        ));
    }
    if !qrs.hosts.is_empty() && butler.config_qrs.host.is_some() {
        notes.push("`Butler.configQRS.host` is passed over, because `steward.qrs.hosts` is given".to_owned());
    }
    notes.extend(http_checks::note(&settings.steward.http));
    notes.extend(notify_checks::notes(settings));
    notes
}

/// What the verification of the server's certificate leaves open.
fn verification_note(settings: &Settings) -> Option<&'static str> {
    let butler = &settings.butler;
    let own_root = butler.cert.client_cert_ca.is_some();
    match settings.qrs_verify() {
        Verify::Full if own_root || butler.config_qrs.reject_unauthorized => None,
        Verify::Full => Some(
            "the server's certificate is verified against the roots of the system, because \
             `Butler.cert.clientCertCA` is not given",
        ),
        Verify::Chain => Some(
            "the server's certificate must lead to `Butler.cert.clientCertCA`, but its name is not verified: give the \
             name that it carries in `steward.qrs.serverName`",
        ),
        Verify::None => Some(
            "the server's certificate is not verified at all (`steward.qrs.verify: none`): anybody between here and \
             the server can read and change everything",
        ),
    }
}
