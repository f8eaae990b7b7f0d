//! Mails: the server, who gets them, and the settings of notices and the digest that need it.

use lettre::message::Mailbox;
use steward_core::notice::is_address;
use steward_core::schedule::Schedule;
use steward_core::template::Format;

use super::super::Settings;
use super::super::checks::Report;
use super::super::problem::quoted;
use super::super::steward::notices::{NoticesTo, WithoutAddress};
use super::super::steward::notify::{MailEncryption, MailServer, Notify};
use super::{NOTIFY, Writes, host, is_local, login, tells, template, url};

const SERVER: &str = "steward.notify.mailServer";
const NOTICES: &str = "steward.notices";
const DIGEST: &str = "steward.digest";

pub(super) fn check(settings: &Settings, report: &mut Report<'_>) {
    let notify = &settings.steward.notify;
    if let Some(mail_server) = &notify.mail_server {
        server(mail_server, report);
    }
    for (index, sink) in notify.mail.iter().enumerate() {
        let setting = format!("{NOTIFY}.mail[{index}]");
        need_server(notify, &setting, report);
        addresses(&sink.to, &format!("{setting}.to"), report);
        if sink.to.is_empty() && !report.is_known(&format!("{setting}.to")) {
            report.add(&format!("{setting}.to"), "nobody gets these mails: write an address");
        }
        template(sink.subject.as_deref(), Format::Line, Writes::Alerts, &format!("{setting}.subject"), report);
        template(sink.text.as_deref(), Format::Text, Writes::Alerts, &format!("{setting}.text"), report);
        tells(&sink.tells, &setting, report);
    }
    notices(settings, report);
    digest(settings, report);
}

fn server(server: &MailServer, report: &mut Report<'_>) {
    host(&server.host, &format!("{SERVER}.host"), report);
    let from: Option<Mailbox> = server.from.trim().parse().ok();
    let is_plain = !server.from.chars().any(char::is_control);
    if !from.is_some_and(|from| is_plain && is_address(AsRef::<str>::as_ref(&from.email))) {
        let message = "write an address, such as `steward@example.com` or `Steward <steward@example.com>`";
        report.add(&format!("{SERVER}.from"), message);
    }
    login(server.user.as_deref(), server.password.as_ref(), SERVER, report);
    if server.encryption == MailEncryption::None {
        if server.password.is_some() {
            let message = "`none` would send the password for everybody to read: write `starttls` or `tls`";
            report.add(&format!("{SERVER}.encryption"), message);
        }
        if server.root_certificate.is_some() {
            report.add(&format!("{SERVER}.rootCertificate"), "it has no effect with `encryption: none`");
        }
    }
}

fn addresses(addresses: &[String], setting: &str, report: &mut Report<'_>) {
    for (index, address) in addresses.iter().enumerate() {
        if !is_address(address.trim()) || address.trim().parse::<lettre::Address>().is_err() {
            let message = format!("{} is no address: write it alone, such as `jane@example.com`", quoted(address));
            report.add(&format!("{setting}[{index}]"), message);
        }
    }
}

fn need_server(notify: &Notify, setting: &str, report: &mut Report<'_>) {
    if notify.mail_server.is_none() && !report.is_known(SERVER) {
        report.add(setting, format!("mails need `{SERVER}`"));
    }
}

fn notices(settings: &Settings, report: &mut Report<'_>) {
    let notices = &settings.steward.notices;
    let setting = |member: &str| format!("{NOTICES}.{member}");
    addresses(&notices.administrators, &setting("administrators"), report);
    template(notices.subject.as_deref(), Format::Line, Writes::Notices, &setting("subject"), report);
    template(notices.text.as_deref(), Format::Text, Writes::Notices, &setting("text"), report);
    if let Some(link) = &notices.link {
        url(link, &setting("link"), report);
    }
    if !notices.enable {
        return;
    }
    need_server(&settings.steward.notify, &setting("enable"), report);
    let needs_administrators =
        notices.to == NoticesTo::Administrators || notices.without_address == WithoutAddress::Administrators;
    if needs_administrators && notices.administrators.is_empty() && !report.is_known(&setting("administrators")) {
        let message =
            "nobody is there to be told: write their addresses, or set `to: owners` and `withoutAddress: keep`";
        report.add(&setting("administrators"), message);
    }
    if notices.to == NoticesTo::Owners
        && notices.address_attributes.is_empty()
        && !report.is_known(&setting("addressAttributes"))
    {
        report.add(&setting("addressAttributes"), "without an attribute no owner has an address");
    }
}

fn digest(settings: &Settings, report: &mut Report<'_>) {
    let digest = &settings.steward.digest;
    let setting = |member: &str| format!("{DIGEST}.{member}");
    addresses(&digest.to, &setting("to"), report);
    if !digest.enable {
        return;
    }
    need_server(&settings.steward.notify, &setting("enable"), report);
    if let Err(error) = Schedule::parse(&digest.frequency) {
        let text = quoted(&digest.frequency);
        report.add(&setting("frequency"), format!("{text}, position {}: {}", error.position, error.message));
    }
    if digest.to.is_empty() && !report.is_known(&setting("to")) {
        report.add(&setting("to"), "nobody gets it: write an address");
    }
}

pub(super) fn note(notify: &Notify) -> Option<String> {
    let server = notify.mail_server.as_ref()?;
    let is_open = server.encryption == MailEncryption::None && !is_local(&server.host);
    is_open
        .then(|| format!("`{SERVER}.encryption: none`: anybody on the way can read the mails, with the names in them"))
}
