//! Who may come in: bearer tokens of the settings, the secret of the data folder, and the tokens that a sign-in link gave.
//!
//! A token is looked for by its digest, and digests are compared in constant time, all of them. Nothing is ever granted
//! because of an address or a cookie.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use steward_core::digest::Digest;
use steward_core::instant::{Instant, MS_PER_MINUTE};
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::token;
use crate::clock::Timer;
use crate::config::Settings;
use crate::config::steward::http::{Role, Token};
use crate::daemon::control::Control;
use crate::protect::parse_end;

/// A working day.
const SESSION_MINUTES: i64 = 8 * 60;
/// Whoever started the demo opens its link soon.
const CODE_MINUTES: i64 = 60;
/// One link, one sign-in; a demo offers one.
const SESSIONS_MAX: usize = 16;

/// Who asks.
#[derive(Debug, Clone)]
pub enum Caller {
    Nobody,
    /// The command line, with the secret of the data folder.
    Control,
    Known(Arc<Known>),
}

/// Somebody with a good token.
#[derive(Debug)]
pub struct Known {
    pub name: String,
    pub role: Role,
    pub expires_at: Option<Instant>,
    /// Of the token.
    pub digest: Digest,
    by_link: bool,
}

impl Caller {
    /// As it stands in the ledger.
    pub fn actor(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::Control => format!("{} (command line)", crate::os_user::name()),
            Self::Known(known) if known.by_link => format!("{} (sign-in link)", known.name),
            Self::Known(known) => format!("{} (token)", known.name),
        }
    }

    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Nobody | Self::Control => None,
            Self::Known(known) => Some(known.role),
        }
    }
}

/// Codes of sign-in links that nobody has used yet. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SignInCodes(Arc<Mutex<Vec<Offer>>>);

#[derive(Debug)]
struct Offer {
    digest: Digest,
    name: String,
    role: Role,
    expires_at: Instant,
}

impl SignInCodes {
    /// Makes a code that is good once.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn offer(&self, name: &str, role: Role, now: Instant) -> Result<String, token::NoRandomness> {
        let code = token::generate()?;
        let offer =
            Offer { digest: token::hash(&code), name: name.to_owned(), role, expires_at: later(now, CODE_MINUTES) };
        self.offers().push(offer);
        Ok(code)
    }

    fn take(&self, code: &str, now: Instant) -> Option<Offer> {
        let digest = token::hash(code);
        let mut offers = self.offers();
        offers.retain(|offer| now < offer.expires_at);
        let at = offers.iter().position(|offer| is_same(offer.digest, digest))?;
        Some(offers.swap_remove(at))
    }

    fn offers(&self) -> MutexGuard<'_, Vec<Offer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets in, or not. Clones share the sessions.
#[derive(Clone)]
pub struct Door {
    settings: watch::Receiver<Arc<Settings>>,
    control: Arc<Control>,
    codes: SignInCodes,
    sessions: Arc<Mutex<Vec<Arc<Known>>>>,
    timer: Timer,
    stop: CancellationToken,
}

impl Door {
    pub fn new(
        settings: watch::Receiver<Arc<Settings>>,
        control: Arc<Control>,
        codes: SignInCodes,
        timer: Timer,
        stop: CancellationToken,
    ) -> Self {
        Self { settings, control, codes, sessions: Arc::default(), timer, stop }
    }

    /// Whose token this is; `None` when it is not good.
    pub fn who(&self, given: &str) -> Option<Caller> {
        if given.len() > token::LENGTH_MAX {
            return None;
        }
        if self.control.is_token(given) {
            return Some(Caller::Control);
        }
        let (digest, now) = (token::hash(given), self.timer.now());
        let of_settings = {
            let settings = self.settings.borrow();
            let mut found = None;
            for token in &settings.steward.http.tokens {
                // Every one is compared, whichever it is.
                if Digest::parse(token.hash.trim()).is_some_and(|hash| is_same(hash, digest)) {
                    found = Some(known(token, digest));
                }
            }
            found
        };
        let of_session = {
            let sessions = self.sessions();
            sessions.iter().find(|session| is_same(session.digest, digest)).cloned()
        };
        let known = of_settings.flatten().map(Arc::new).or(of_session)?;
        known.expires_at.is_none_or(|at| now < at).then_some(Caller::Known(known))
    }

    /// Takes the code of a sign-in link, and gives a token for a while.
    ///
    /// # Errors
    /// When there is no randomness. `None` when the code is not good, or not any more.
    pub fn sign_in(&self, code: &str) -> Result<Option<(String, Arc<Known>)>, token::NoRandomness> {
        let now = self.timer.now();
        if code.len() > token::LENGTH_MAX {
            return Ok(None);
        }
        let Some(offer) = self.codes.take(code, now) else { return Ok(None) };
        let given = token::generate()?;
        let session = Arc::new(Known {
            name: offer.name,
            role: offer.role,
            expires_at: Some(later(now, SESSION_MINUTES)),
            digest: token::hash(&given),
            by_link: true,
        });
        let mut sessions = self.sessions();
        sessions.retain(|session| session.expires_at.is_none_or(|at| now < at));
        if sessions.len() >= SESSIONS_MAX {
            sessions.remove(0);
        }
        sessions.push(session.clone());
        Ok(Some((given, session)))
    }

    /// Ends the session of a sign-in link. A token of the settings is not ended by this.
    pub fn sign_out(&self, caller: &Caller) -> bool {
        let Caller::Known(known) = caller else { return false };
        let mut sessions = self.sessions();
        let before = sessions.len();
        sessions.retain(|session| session.digest != known.digest);
        sessions.len() < before
    }

    /// Says when somebody who listens is not welcome any more.
    pub fn leave(&self, caller: &Caller) -> Leave {
        let expires_at = match caller {
            Caller::Known(known) => known.expires_at,
            Caller::Nobody | Caller::Control => None,
        };
        let mut settings = self.settings.clone();
        settings.mark_unchanged();
        Leave { settings, stop: self.stop.clone(), timer: self.timer.clone(), expires_at }
    }

    fn sessions(&self) -> MutexGuard<'_, Vec<Arc<Known>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When somebody who listens has to go: the token may be gone with the settings, or over, or the daemon ends.
pub struct Leave {
    settings: watch::Receiver<Arc<Settings>>,
    stop: CancellationToken,
    timer: Timer,
    expires_at: Option<Instant>,
}

impl Leave {
    /// Waits until then, and no longer than `longest` at a time.
    pub async fn wait(&mut self, longest: Duration) {
        let left = self.expires_at.map_or(longest, |at| {
            let ms = u64::try_from(at.millis_since(self.timer.now())).unwrap_or(0);
            longest.min(Duration::from_millis(ms))
        });
        tokio::select! {
            () = self.stop.cancelled() => {}
            // Whoever has a good token under the new settings comes back at once.
            _ = self.settings.changed() => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

/// `None` when the end cannot be read: the settings were checked, so it can.
fn known(token: &Token, digest: Digest) -> Option<Known> {
    let expires_at = token.expires.as_deref().map(parse_end).transpose().ok()?;
    Some(Known { name: token.name.clone(), role: token.role, expires_at, digest, by_link: false })
}

fn is_same(one: Digest, other: Digest) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn later(now: Instant, minutes: i64) -> Instant {
    Instant::from_millis(now.millis().saturating_add(minutes * MS_PER_MINUTE)).unwrap_or(now)
}
