//! How often somebody may ask: buckets that fill with time, one for each asker, one for everybody with a good token
//! together, and one for everybody else.
//!
//! The table of askers has a bound. When it is full those go first who have not asked for long.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use steward_core::digest::Digest;
use tokio::time::Instant;

/// Far more addresses and tokens than a site has; what is kept of each is a few bytes.
const ASKERS_MAX: usize = 2048;

/// How many requests at once, and how many a second after that.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    at_once: f64,
    per_second: f64,
}

/// A page of the console asks for two dozen things, and then now and then. A script may be quicker.
const OF_CALLER: Allowance = Allowance { at_once: 400.0, per_second: 50.0 };
/// Health, metrics and the files of the console.
const OF_STRANGER: Allowance = Allowance { at_once: 300.0, per_second: 30.0 };
/// Whoever mistypes a token does so a few times. A good token is never refused because of somebody else's bad ones.
const OF_FAILURES: Allowance = Allowance { at_once: 10.0, per_second: 0.2 };
/// What two cores answer beside a run without slowing it down noticeably.
const OF_CALLERS: Allowance = Allowance { at_once: 1500.0, per_second: 200.0 };
/// All strangers together, from however many addresses, take nothing from those with a token.
const OF_OTHERS: Allowance = Allowance { at_once: 500.0, per_second: 100.0 };

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asker {
    /// Somebody with this token.
    Caller(Digest),
    Stranger(IpAddr),
    /// Somebody whose token is not good.
    Failing(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// All buckets.
#[derive(Debug)]
pub struct Rates {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    callers: Bucket,
    others: Bucket,
    askers: BTreeMap<Asker, Bucket>,
}

impl Asker {
    /// An address of version 6 stands for its network, and one of this machine for all of them: one machine may have as
    /// many as it likes.
    pub fn network(address: IpAddr) -> IpAddr {
        let address = address.to_canonical();
        if address.is_loopback() {
            return IpAddr::V4(Ipv4Addr::LOCALHOST);
        }
        match address {
            IpAddr::V6(address) => {
                let mut octets = address.octets();
                octets[8..].fill(0);
                IpAddr::from(octets)
            }
            address @ IpAddr::V4(_) => address,
        }
    }

    fn allowance(self) -> Allowance {
        match self {
            Self::Caller(_) => OF_CALLER,
            Self::Stranger(_) => OF_STRANGER,
            Self::Failing(_) => OF_FAILURES,
        }
    }
}

impl Rates {
    pub fn new(now: Instant) -> Self {
        let [callers, others] = [OF_CALLERS, OF_OTHERS].map(|all| Bucket { left: all.at_once, at: now });
        Self { inner: Mutex::new(Inner { callers, others, askers: BTreeMap::new() }) }
    }

    /// Counts one request of somebody.
    ///
    /// # Errors
    /// With the seconds to wait, when there were too many.
    pub fn count(&self, asker: Asker, now: Instant) -> Result<(), u64> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.askers.len() >= ASKERS_MAX && !inner.askers.contains_key(&asker) {
            inner.make_room(now);
        }
        let allowance = asker.allowance();
        let bucket = inner.askers.entry(asker).or_insert(Bucket { left: allowance.at_once, at: now });
        // Their own first: whoever asks too often takes nothing from the others.
        bucket.take(allowance, now)?;
        match asker {
            Asker::Caller(_) => inner.callers.take(OF_CALLERS, now),
            Asker::Stranger(_) | Asker::Failing(_) => inner.others.take(OF_OTHERS, now),
        }
    }
}

impl Inner {
    /// Those go whose bucket is full again, or else the one that was not asked for the longest time.
    fn make_room(&mut self, now: Instant) {
        self.askers.retain(|asker, bucket| bucket.filled(asker.allowance(), now) < asker.allowance().at_once);
        while self.askers.len() >= ASKERS_MAX {
            let oldest = self.askers.iter().min_by_key(|(_, bucket)| bucket.at).map(|(asker, _)| *asker);
            match oldest {
                Some(asker) => self.askers.remove(&asker),
                None => return,
            };
        }
    }
}

impl Bucket {
    fn filled(&self, allowance: Allowance, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.left + passed * allowance.per_second).min(allowance.at_once)
    }

    fn take(&mut self, allowance: Allowance, now: Instant) -> Result<(), u64> {
        let filled = self.filled(allowance, now);
        *self = Self { left: filled, at: now };
        if filled < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - filled) / allowance.per_second);
            return Err(wait.as_secs().saturating_add(1));
        }
        self.left = filled - 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn somebody_who_asks_too_often_waits_and_nobody_else_does() {
        let now = Instant::now();
        let rates = Rates::new(now);
        let failing = Asker::Failing(address(1));
        for _ in 0..10 {
            assert_eq!(rates.count(failing, now), Ok(()));
        }
        assert_eq!(rates.count(failing, now), Err(6));
        assert_eq!(rates.count(Asker::Failing(address(2)), now), Ok(()));
        assert_eq!(rates.count(Asker::Stranger(address(1)), now), Ok(()));
        assert_eq!(rates.count(failing, now + Duration::from_secs(6)), Ok(()));
    }

    #[test]
    fn all_together_have_a_limit() {
        let now = Instant::now();
        let rates = Rates::new(now);
        let strangers = (0..2000_u32).filter(|n| {
            let [_, _, c, d] = n.to_be_bytes();
            rates.count(Asker::Stranger(IpAddr::from([10, 1, c, d])), now).is_ok()
        });
        assert_eq!(strangers.count(), 500);
        let caller = |n: u32| Asker::Caller(Digest::of_bytes(&n.to_be_bytes()));
        let callers = (0..2000).filter(|n| rates.count(caller(*n), now).is_ok());
        assert_eq!(callers.count(), 1500, "strangers took nothing from them");
    }

    #[test]
    fn any_number_of_addresses_takes_a_bounded_table() {
        let now = Instant::now();
        let rates = Rates::new(now);
        for n in 0..10_000_u32 {
            let [_, b, c, d] = n.to_be_bytes();
            let _ = rates.count(Asker::Failing(IpAddr::from([10, b, c, d])), now);
        }
        assert!(rates.inner.lock().unwrap().askers.len() <= ASKERS_MAX);
    }

    #[test]
    fn one_network_of_version_6_is_one_asker() {
        let network = |text: &str| Asker::network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert_eq!(network("127.0.1.20"), network("::1"));
    }
}
