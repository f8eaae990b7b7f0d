//! The second door: a virtual proxy with tokens, a trusted header, session cookies and a host allow list.
//!
//! It decides who a request comes from and takes the prefix off its path; what the request then gets is the same as on
//! the direct port. NTLM and the login form are not imitated: whoever would need them is redirected.

mod token;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, HOST};

use crate::seed::random::Random;
use crate::store::Account;
use crate::wire::reply::Reply;
pub use token::{JwtKey, JwtKeyError};

/// A person's sessions beyond this number are refused, as by the real proxy.
const SESSIONS_PER_USER_MAX: usize = 5;
/// All sessions together; a proxy under test never sees so many people.
const SESSIONS_MAX: usize = 10_000;
/// Unused sessions end after this time, the default of a virtual proxy.
const IDLE: TimeDelta = TimeDelta::minutes(30);

/// One virtual proxy.
#[derive(Clone, Debug)]
pub struct ProxyOptions {
    pub listen: SocketAddr,
    /// Without slashes; empty for the default virtual proxy.
    pub prefix: String,
    /// Tokens taken as they are, with the account that each stands for.
    pub accepted_tokens: BTreeMap<String, String>,
    /// Verifies tokens signed with RS256.
    pub jwt: Option<JwtKey>,
    /// The name of a header whose content (`DIR\user`) is believed.
    pub trusted_header: Option<String>,
    /// Host names, in any case and without port; empty allows every name.
    pub allowed_hosts: BTreeSet<String>,
}

impl ProxyOptions {
    /// A virtual proxy that lets nobody in yet.
    pub fn new(prefix: &str) -> Self {
        Self {
            listen: crate::options::loopback(),
            prefix: prefix.trim_matches('/').to_owned(),
            accepted_tokens: BTreeMap::new(),
            jwt: None,
            trusted_header: None,
            allowed_hosts: BTreeSet::new(),
        }
    }
}

/// The proxy at work: its sessions.
#[derive(Debug)]
pub struct Proxy {
    options: ProxyOptions,
    sessions: Mutex<Sessions>,
}

#[derive(Debug)]
struct Sessions {
    open: HashMap<String, Session>,
    opened: u64,
    ids: Random,
}

#[derive(Debug)]
struct Session {
    account: Account,
    last_seen: DateTime<Utc>,
}

/// A request that was let in.
#[derive(Debug)]
pub struct Admitted {
    pub account: Account,
    /// The path without the virtual proxy's prefix.
    pub path: String,
    /// To be sent back when a session was opened.
    pub set_cookie: Option<String>,
}

impl Proxy {
    pub fn new(options: ProxyOptions) -> Self {
        let sessions = Sessions { open: HashMap::new(), opened: 0, ids: Random::new(0x05e5_510f) };
        Self { options, sessions: Mutex::new(sessions) }
    }

    /// How many sessions were opened so far: a client that drops its cookie shows here.
    pub fn sessions_opened(&self) -> u64 {
        self.lock().opened
    }

    /// Lets a request in, or answers in the proxy's own way.
    pub fn admit(&self, path: &str, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Admitted, Reply> {
        if !self.host_allowed(headers) {
            return Err(Reply::html(400, "<html><body><h1>The http request header is incorrect.</h1></body></html>"));
        }
        let Some(path) = self.below_prefix(path) else { return Err(Reply::text(404, "Not found")) };
        let cookie = self.cookie_name();
        if let Some(id) = cookie_value(headers, &cookie)
            && let Some(account) = self.resume(&id, now)
        {
            return Ok(Admitted { account, path, set_cookie: None });
        }
        let Some(account) = self.authenticate(headers, now)? else {
            let target = self.lock().ids.guid();
            return Err(Reply::redirect(&format!("/internal_windows_authentication/?targetId={target}")));
        };
        let id = self.open(&account, now)?;
        Ok(Admitted { account, path, set_cookie: Some(format!("{cookie}={id}; Path=/; HttpOnly; Secure")) })
    }

    fn authenticate(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Option<Account>, Reply> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(account) = self.options.trusted_header.as_deref().and_then(text).and_then(account_of) {
            return Ok(Some(account));
        }
        let Some((scheme, token)) = text(AUTHORIZATION.as_str()).and_then(|value| value.trim().split_once(' ')) else {
            return Ok(None);
        };
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Ok(None);
        }
        let token = token.trim();
        let known = self.options.accepted_tokens.get(token).and_then(|account| account_of(account));
        let verified = known.or_else(|| self.options.jwt.as_ref()?.verify(token, now));
        verified.map(Some).ok_or_else(|| Reply::text(401, "Unauthorized"))
    }

    fn open(&self, account: &Account, now: DateTime<Utc>) -> Result<String, Reply> {
        let mut sessions = self.lock();
        sessions.open.retain(|_, session| now - session.last_seen < IDLE);
        let own = sessions.open.values().filter(|session| same(&session.account, account)).count();
        if own >= SESSIONS_PER_USER_MAX || sessions.open.len() >= SESSIONS_MAX {
            return Err(Reply::text(403, "Forbidden: You have too many active parallel sessions"));
        }
        let id = sessions.ids.guid();
        sessions.opened += 1;
        sessions.open.insert(id.clone(), Session { account: account.clone(), last_seen: now });
        Ok(id)
    }

    fn resume(&self, id: &str, now: DateTime<Utc>) -> Option<Account> {
        let mut sessions = self.lock();
        let session = sessions.open.get_mut(id).filter(|session| now - session.last_seen < IDLE)?;
        session.last_seen = now;
        Some(session.account.clone())
    }

    fn host_allowed(&self, headers: &HeaderMap) -> bool {
        let allowed = &self.options.allowed_hosts;
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        allowed.is_empty() || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }

    fn below_prefix(&self, path: &str) -> Option<String> {
        if self.options.prefix.is_empty() {
            return Some(path.to_owned());
        }
        let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
        first.eq_ignore_ascii_case(&self.options.prefix).then(|| format!("/{rest}"))
    }

    fn cookie_name(&self) -> String {
        match self.options.prefix.as_str() {
            "" => "X-Qlik-Session".to_owned(),
            prefix => format!("X-Qlik-Session-{prefix}"),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads `DIR\user`.
pub fn account_of(text: &str) -> Option<Account> {
    let (directory, id) = text.trim().split_once('\\')?;
    (!directory.is_empty() && !id.is_empty()).then(|| Account { directory: directory.to_owned(), id: id.to_owned() })
}

fn same(one: &Account, other: &Account) -> bool {
    one.directory.eq_ignore_ascii_case(&other.directory) && one.id.eq_ignore_ascii_case(&other.id)
}

fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(cookie, _)| cookie.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.to_owned())
}
