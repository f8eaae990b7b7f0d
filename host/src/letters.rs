//! Notices: tells people that their seat goes before it goes. Who is told is decided by core; here the letters are
//! written and put into the queue. The proof that one went out is written when the mail server has taken it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use steward_core::digest::Digest;
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::ledger::NoticeTo;
use steward_core::license_type::LicenseType;
use steward_core::notice::{self, AnnouncedSeat, DueNotices, NoticeInput, NoticeSettings, Recipients, WithoutAddress};
use steward_core::plan::PlanBody;
use steward_core::settings::Account;
use steward_core::template::{Format, NOTICE_BODY, NOTICE_NAMES, NOTICE_SUBJECT, NoticeFacts, Template, TemplateError};
use steward_core::text::fold;
use thiserror::Error;

use crate::config::Settings;
use crate::config::steward::notices::{NoticesTo, WithoutAddress as FileWithoutAddress};
use crate::cycle::{self, Prepared};
use crate::ledger::{Addressed, KeptMessage, Ledger, LedgerError};
use crate::notify::{Content, Letter, LetterSeat, Mail, Message, NOTICES};
use crate::wording::counted;

/// Of the one letter to the administrators.
const ADMINISTRATORS_SUBJECT: &str =
    "[Steward] Seats that nobody uses go from {{ goes_from }} on{% if site %} - {{ site }}{% endif %}";
const ADMINISTRATORS_BODY: &str =
    "Nobody else tells the owners of these seats{% if site %} of {{ site }}{% endif %} that \
they will be taken back. Each stays when its owner uses Qlik Sense before the day that is named.
{% for seat in seats %}
- {{ seat.account }}{% if seat.name %} ({{ seat.name }}){% endif %}: {{ seat.license_type }}, not used for \
{{ seat.idle_days }} days, goes on {{ seat.goes_from }} or later. {{ seat.reason }}{% endfor %}

To keep one of them, protect its owner: steward protect 'DIRECTORY\\user' --note 'why'.
";

#[derive(Debug, Error)]
pub enum LettersError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot write the notice: {0}; correct the template under `steward.notices`")]
    Template(#[from] TemplateError),
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Letters to owners.
    pub to_owners: usize,
    /// Seats about which the administrators are told.
    pub to_administrators: usize,
    /// Seats that stay because nobody can write to their owners.
    pub unreachable: usize,
    /// Letters that are left for the next run.
    pub later: usize,
    /// The guard distrusts what was read, so nobody is told anything now.
    pub withheld: Option<Gate>,
}

impl Written {
    /// For the message of the job; `None` when there is nothing to tell.
    pub fn told(&self) -> Option<String> {
        if let Some(gate) = self.withheld {
            return Some(format!("no notices are sent ({gate})"));
        }
        let mut parts = Vec::new();
        if self.to_owners > 0 {
            parts.push(format!("{} to owners", counted(self.to_owners, "notice")));
        }
        if self.to_administrators > 0 {
            parts.push(format!("a notice to the administrators about {}", counted(self.to_administrators, "seat")));
        }
        if self.later > 0 {
            parts.push(format!("{} left for the next run", counted(self.later, "notice")));
        }
        if self.unreachable > 0 {
            parts.push(format!("{} kept because nobody can write to the owners", counted(self.unreachable, "seat")));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// Whom to tell, when notices are on.
pub fn due(settings: &Settings, prepared: &Prepared, plan: &PlanBody) -> Option<DueNotices> {
    let notices = notice_settings(settings)?;
    Some(notice::due(NoticeInput {
        plan,
        snapshot: &prepared.snapshot,
        guard: &prepared.settings.guard,
        memory: &prepared.memory,
        settings: &notices,
    }))
}

fn notice_settings(settings: &Settings) -> Option<NoticeSettings> {
    let file = &settings.steward.notices;
    file.enable.then(|| NoticeSettings {
        to: match file.to {
            NoticesTo::Owners => Recipients::Owners,
            NoticesTo::Administrators => Recipients::Administrators,
        },
        address_attributes: file.address_attributes.clone(),
        without_address: match file.without_address {
            FileWithoutAddress::Administrators => WithoutAddress::Administrators,
            FileWithoutAddress::Keep => WithoutAddress::Keep,
        },
    })
}

/// Writes the letters and puts them into the queue. A seat about which one waits already gets no second one.
///
/// # Errors
/// When the queue cannot be written, or a template fails.
pub async fn write(
    ledger: &mut Ledger,
    settings: &Settings,
    due: DueNotices,
    now: Instant,
) -> Result<Written, LettersError> {
    let waiting = seats_on_the_way(&ledger.waiting_messages().await?);
    let is_new = |seat: &AnnouncedSeat| !waiting.contains(&key(&seat.account, seat.license_type, seat.idle_since));
    let mut written =
        Written { later: due.later, unreachable: due.unreachable.len(), withheld: due.withheld, ..Written::default() };
    let site = cycle::site_of(settings);
    let mut messages = Vec::new();
    for mut letter in due.letters {
        letter.seats.retain(is_new);
        if letter.seats.is_empty() {
            continue;
        }
        let mail = to_owner(settings, letter.address, &letter.seats)?;
        messages.push(addressed(site, NoticeTo::Owner, mail, &letter.seats, now));
        written.to_owners += 1;
    }
    let seats: Vec<AnnouncedSeat> = due.to_administrators.into_iter().filter(is_new).collect();
    if !seats.is_empty() {
        let mail = to_administrators(settings, &seats)?;
        messages.push(addressed(site, NoticeTo::Administrators, mail, &seats, now));
        written.to_administrators = seats.len();
    }
    ledger.enqueue_messages(&messages).await?;
    Ok(written)
}

fn to_owner(settings: &Settings, address: String, seats: &[AnnouncedSeat]) -> Result<Mail, TemplateError> {
    let notices = &settings.steward.notices;
    let subject = notices.subject.as_deref().unwrap_or(NOTICE_SUBJECT);
    let text = notices.text.as_deref().unwrap_or(NOTICE_BODY);
    mail(settings, vec![address], seats, true, subject, text)
}

fn to_administrators(settings: &Settings, seats: &[AnnouncedSeat]) -> Result<Mail, TemplateError> {
    let to = settings.steward.notices.administrators.clone();
    mail(settings, to, seats, false, ADMINISTRATORS_SUBJECT, ADMINISTRATORS_BODY)
}

fn mail(
    settings: &Settings,
    to: Vec<String>,
    seats: &[AnnouncedSeat],
    is_one_person: bool,
    subject: &str,
    text: &str,
) -> Result<Mail, TemplateError> {
    let (notices, notify) = (&settings.steward.notices, &settings.steward.notify);
    let site = notify.site.as_deref().unwrap_or_default();
    let link = notices.link.as_deref().unwrap_or_default();
    let facts = NoticeFacts::new(seats, is_one_person, notices.days, site, link);
    Ok(Mail {
        to,
        subject: Template::parse(subject, Format::Line, &NOTICE_NAMES)?.render(&facts)?,
        text: Template::parse(text, Format::Text, &NOTICE_NAMES)?.render(&facts)?,
        html: None,
    })
}

/// The same letter has the same id: it is about the same idleness of the same seats, and goes to the same address.
fn addressed(site: Digest, to: NoticeTo, mail: Mail, seats: &[AnnouncedSeat], now: Instant) -> Addressed {
    let mut text = format!("notice\n{site}\n{}", mail.to.join(","));
    let of = |seat: &AnnouncedSeat| LetterSeat {
        account: seat.account.clone(),
        license_type: seat.license_type,
        idle_since: seat.idle_since,
        goes_from: seat.goes_from,
    };
    for seat in seats {
        let (account, license_type, idle_since) = key(&seat.account, seat.license_type, seat.idle_since);
        let _ = write!(text, "\n{account} {license_type} {idle_since}");
    }
    let id: String = Digest::of_bytes(text.as_bytes()).hex().chars().take(32).collect();
    let letter = Letter { to, mail, seats: seats.iter().map(of).collect() };
    Addressed { sink: NOTICES.to_owned(), message: Message { id, at: now, content: Content::Letter(letter) } }
}

type SeatKey = (String, LicenseType, Instant);

fn seats_on_the_way(waiting: &[KeptMessage]) -> BTreeSet<SeatKey> {
    let letters = waiting.iter().filter_map(|kept| match &kept.message.content {
        Content::Letter(letter) => Some(letter),
        _ => None,
    });
    letters
        .flat_map(|letter| &letter.seats)
        .map(|seat| key(&seat.account, seat.license_type, seat.idle_since))
        .collect()
}

fn key(account: &Account, license_type: LicenseType, idle_since: Instant) -> SeatKey {
    (format!("{}\\{}", fold(&account.user_dir), fold(&account.user_id)), license_type, idle_since)
}
