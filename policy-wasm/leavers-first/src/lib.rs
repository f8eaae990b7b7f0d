//! The policy `leavers-first`: seats of people who left, and second seats, go before idle ones.
//!
//! What it keeps is what the standard policy keeps, protections first. What is left belongs to the first group that fits,
//! and each group has its own number of days and its own priority.

mod second_seat;
mod settings;

use steward_policy_sdk::rules::{Idle, StandardRules};
use steward_policy_sdk::{
    Candidate, Fact, Owner, Policy, Rule, Ruling, RunContext, SettingsError, export_policy, join_rules,
};

pub use settings::{Group, Leavers, SecondSeat, Settings};

use second_seat::SecondSeats;

const SECOND_SEAT_FIRST: Rule = Rule {
    id: "second-seat-first",
    summary: "Keeps the professional seat of a person whose analyzer seat may go earlier, until that one is gone.",
};
const DELETED_OWNER: Rule =
    Rule { id: "leaver.deleted-owner", summary: "Releases idle seats of owners who were deleted." };
const REMOVED_EXTERNALLY: Rule = Rule {
    id: "leaver.removed-externally",
    summary: "Releases idle seats of owners whom the user directory no longer contains.",
};
const BLOCKED: Rule = Rule { id: "leaver.blocked", summary: "Releases idle seats of owners who are blocked." };
const SECOND_SEAT: Rule = Rule {
    id: "second-seat",
    summary: "Releases the idle analyzer seat of a person who also holds a professional seat.",
};

/// Why a seat goes before idle ones. The first that fits counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    DeletedOwner,
    RemovedExternally,
    Blocked,
    SecondSeat,
}

/// The policy, ready for one run.
pub struct LeaversFirst {
    rules: StandardRules,
    leavers: Leavers,
    second_seats: SecondSeats,
}

impl Policy for LeaversFirst {
    type Settings = Settings;

    const NAME: &'static str = "leavers-first";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Seats of people who left, and second seats, go before idle ones.";
    const RULES: &'static [Rule] = join_rules![
        StandardRules::KEEPING,
        [SECOND_SEAT_FIRST, DELETED_OWNER, REMOVED_EXTERNALLY, BLOCKED, SECOND_SEAT],
        StandardRules::RELEASING
    ];
    const NEEDS: &'static [Fact] = StandardRules::NEEDS;

    fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let mut errors = settings.errors();
        let (leavers, second_seat) = (settings.leavers.clone(), settings.second_seat.clone());
        match StandardRules::new(settings.standard(), run) {
            Ok(rules) if errors.is_empty() => {
                let second_seats = SecondSeats::new(&second_seat, rules.settings(), run);
                Ok(Self { rules, leavers, second_seats })
            }
            Ok(_) => Err(errors),
            Err(more) => {
                errors.extend(more);
                Err(errors)
            }
        }
    }

    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let first = self.first(seat);
        let idle = self.idle(seat, first);
        self.rules.keep(seat, idle, ruling);
        self.keep_before_second_seat(seat, first, ruling);
        ruling.set_priority(first.map_or(0, First::priority));
        for reason in First::ALL {
            release(reason, (first == Some(reason)).then_some(idle), ruling);
        }
        idle.release(ruling);
    }
}

impl LeaversFirst {
    fn first(&self, seat: &Candidate<'_>) -> Option<First> {
        let leavers = &self.leavers;
        let by_owner = match &seat.owner {
            Owner::Deleted(_) if leavers.deleted_owner.is_on(true) => Some(First::DeletedOwner),
            Owner::Known(owner) if owner.removed_externally && leavers.removed_externally.is_on(true) => {
                Some(First::RemovedExternally)
            }
            Owner::Known(owner) if owner.blocked && leavers.blocked.is_on(false) => Some(First::Blocked),
            _ => None,
        };
        by_owner.or_else(|| self.second_seats.has(seat).then_some(First::SecondSeat))
    }

    fn idle(&self, seat: &Candidate<'_>, first: Option<First>) -> Idle {
        let within = |days| Idle::new(seat, self.rules.now(), days, days);
        match first {
            None => self.rules.idle(seat),
            Some(First::DeletedOwner) => within(self.leavers.deleted_owner.after_days),
            Some(First::RemovedExternally) => within(self.leavers.removed_externally.after_days),
            Some(First::Blocked) => within(self.leavers.blocked.after_days),
            Some(First::SecondSeat) => self.second_seats.idle(seat, self.rules.idle(seat)),
        }
    }

    /// People who left are idle in every seat after the same days, so none of their seats has to wait for another.
    fn keep_before_second_seat(&self, seat: &Candidate<'_>, first: Option<First>, ruling: &mut Ruling) {
        ruling.keep(
            SECOND_SEAT_FIRST,
            || (first.is_none() && self.second_seats.go_before(seat)).then_some(()),
            |found| match found {
                Some(()) => "the owner also holds an analyzer seat, which may go earlier than others".to_owned(),
                None => "no seat of the owner goes before this one".to_owned(),
            },
        );
    }
}

impl First {
    const ALL: [Self; 4] = [Self::DeletedOwner, Self::RemovedExternally, Self::Blocked, Self::SecondSeat];

    fn rule(self) -> Rule {
        match self {
            Self::DeletedOwner => DELETED_OWNER,
            Self::RemovedExternally => REMOVED_EXTERNALLY,
            Self::Blocked => BLOCKED,
            Self::SecondSeat => SECOND_SEAT,
        }
    }

    /// Idle seats have 0.
    fn priority(self) -> i32 {
        match self {
            Self::DeletedOwner => 4,
            Self::RemovedExternally => 3,
            Self::Blocked => 2,
            Self::SecondSeat => 1,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::DeletedOwner => "the owner was deleted",
            Self::RemovedExternally => "the user directory no longer contains the owner",
            Self::Blocked => "the owner is blocked",
            Self::SecondSeat => "the owner also holds a professional seat",
        }
    }

    /// The settings that switch it on.
    fn setting(self) -> &'static str {
        match self {
            Self::DeletedOwner => "leavers.deletedOwner",
            Self::RemovedExternally => "leavers.removedExternally",
            Self::Blocked => "leavers.blocked",
            Self::SecondSeat => "secondSeat",
        }
    }
}

/// Releases a seat that goes for this reason; `idle` is `None` for a seat that does not.
fn release(reason: First, idle: Option<Idle>, ruling: &mut Ruling) {
    ruling.release(
        reason.rule(),
        || idle.and_then(|idle| Some((idle, idle.days()?))),
        |found| match found {
            Some((idle, days)) => {
                let since = if idle.is_never_used() { "never used since it was allocated" } else { "not used for" };
                let ago = if idle.is_never_used() { " ago" } else { "" };
                let (why, allowed) = (reason.sentence(), idle.days_allowed());
                format!("{why}, and the seat was {since} {days} days{ago}; such seats go after {allowed} days")
            }
            None => format!("this is no seat of {}, or another group comes first", reason.setting()),
        },
    );
}

export_policy!(LeaversFirst);
