//! What the rules of a policy say about one seat.
//!
//! A policy calls one method for each rule, in the order in which they are tried. What a call costs depends on who
//! listens: for a decision, texts are made only for the rule that decides, and nothing is looked up any more once a
//! rule keeps the seat for good; for an outline no text is made at all; for an explanation every rule is asked and every
//! text is made.

use crate::bindings::exports::steward::policy::bulk::Outline;
use crate::{Decision, Instant, Outcome, Rule, RuleOutcome, Verdict};

/// The answer of a policy that asked no rule which kept or released. Doubt keeps the seat.
pub(crate) const UNDECIDED: Rule =
    Rule { id: "undecided", summary: "No rule had anything to say about the seat, so it is kept." };

/// Collects what the rules say.
#[derive(Debug)]
pub struct Ruling {
    keep: Option<Said>,
    release: Option<Said>,
    /// How long the rules so far keep the seat.
    kept: Kept,
    priority: i32,
    listener: Listener,
}

/// Who wants to know.
#[derive(Debug)]
enum Listener {
    /// Wants the decision with its reason.
    Decision,
    /// Wants the decision without a text.
    Outline,
    /// Wants to know what every rule says.
    Explanation(Vec<RuleOutcome>),
}

#[derive(Debug)]
struct Said {
    rule: Rule,
    /// Empty for an outline, and for a release that another rule overrules.
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kept {
    Not,
    Until(Instant),
    ForGood,
}

impl Ruling {
    pub(crate) fn deciding() -> Self {
        Self::heard_by(Listener::Decision)
    }

    pub(crate) fn outlining() -> Self {
        Self::heard_by(Listener::Outline)
    }

    pub(crate) fn explaining() -> Self {
        Self::heard_by(Listener::Explanation(Vec::new()))
    }

    fn heard_by(listener: Listener) -> Self {
        Self { keep: None, release: None, kept: Kept::Not, priority: 0, listener }
    }

    /// Keeps the seat when `look` finds something, for as long as nothing but time changes.
    /// `say` makes the sentence; it is called with `None` to explain why the rule has nothing to say.
    pub fn keep<T>(&mut self, rule: Rule, look: impl FnOnce() -> Option<T>, say: impl Fn(Option<&T>) -> String) {
        if self.is_settled() {
            return;
        }
        let found = look();
        if found.is_some() {
            self.kept = Kept::ForGood;
        }
        self.note_keep(rule, found.as_ref(), &say);
    }

    /// Keeps the seat until the instant that `look` finds. `None` as that instant means: for good.
    pub fn keep_until<T>(
        &mut self,
        rule: Rule,
        look: impl FnOnce() -> Option<(Option<Instant>, T)>,
        say: impl Fn(Option<&T>) -> String,
    ) {
        if self.is_settled() {
            return;
        }
        let found = look().map(|(until, found)| {
            self.kept = match (self.kept, until) {
                (Kept::ForGood, _) | (_, None) => Kept::ForGood,
                (Kept::Not, Some(until)) => Kept::Until(until),
                (Kept::Until(before), Some(until)) => Kept::Until(before.max(until)),
            };
            found
        });
        self.note_keep(rule, found.as_ref(), &say);
    }

    /// Releases the seat when `look` finds something and no rule keeps it.
    pub fn release<T>(&mut self, rule: Rule, look: impl FnOnce() -> Option<T>, say: impl Fn(Option<&T>) -> String) {
        if self.is_settled() {
            return;
        }
        let found = look();
        self.note_outcome(rule, Outcome::Releases, found.as_ref(), &say);
        if let (Some(found), None) = (found, &self.release) {
            let reason = if self.keep.is_none() { self.reason(&found, &say) } else { String::new() };
            self.release = Some(Said { rule, reason });
        }
    }

    /// Among the releases of a run the higher priorities go first. 0 unless said otherwise.
    pub fn set_priority(&mut self, priority: i32) {
        self.priority = priority;
    }

    /// Nothing that a further rule says could change the decision, and nobody wants to hear it.
    fn is_settled(&self) -> bool {
        self.kept == Kept::ForGood && !matches!(self.listener, Listener::Explanation(_))
    }

    fn reason<T>(&self, found: &T, say: &impl Fn(Option<&T>) -> String) -> String {
        if matches!(self.listener, Listener::Outline) { String::new() } else { say(Some(found)) }
    }

    fn note_keep<T>(&mut self, rule: Rule, found: Option<&T>, say: &impl Fn(Option<&T>) -> String) {
        self.note_outcome(rule, Outcome::Keeps, found, say);
        if let (Some(found), None) = (found, &self.keep) {
            self.keep = Some(Said { rule, reason: self.reason(found, say) });
        }
    }

    fn note_outcome<T>(
        &mut self,
        rule: Rule,
        outcome: Outcome,
        found: Option<&T>,
        say: &impl Fn(Option<&T>) -> String,
    ) {
        if let Listener::Explanation(outcomes) = &mut self.listener {
            let outcome = if found.is_some() { outcome } else { Outcome::Passes };
            outcomes.push(RuleOutcome { rule: rule.id.to_owned(), outcome, evidence: say(found) });
        }
    }

    /// A kept seat flips when every rule that keeps it has run out and one releases it then.
    fn flips_at(&self) -> Option<Instant> {
        match self.kept {
            Kept::Until(until) if self.release.is_some() => Some(until),
            _ => None,
        }
    }

    /// The first rule that keeps decides, else the first that releases.
    fn into_verdict(self) -> (Verdict, Option<Said>) {
        match (self.keep, self.release) {
            (None, Some(release)) => (Verdict::Release, Some(release)),
            (keep, _) => (Verdict::Keep, keep),
        }
    }

    pub(crate) fn into_decision(self) -> Decision {
        let (priority, flips_at) = (self.priority, self.flips_at());
        let (verdict, said) = self.into_verdict();
        let said = said.unwrap_or_else(|| Said { rule: UNDECIDED, reason: UNDECIDED.summary.to_owned() });
        Decision { verdict, rule: said.rule.id.to_owned(), reason: said.reason, priority, flips_at }
    }

    /// `rules` are those of the policy; [`UNDECIDED`] is described after the last of them.
    /// A rule that is not among them gets a place that no policy has: the host refuses it, as it refuses such a decision.
    pub(crate) fn into_outline(self, rules: &[Rule]) -> Outline {
        let (priority, flips_at) = (self.priority, self.flips_at());
        let (verdict, said) = self.into_verdict();
        let place = match said {
            None => Some(rules.len()),
            Some(said) => rules.iter().position(|rule| rule.id == said.rule.id),
        };
        let rule = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
        Outline { verdict, rule, priority, flips_at }
    }

    pub(crate) fn into_outcomes(self) -> Vec<RuleOutcome> {
        match self.listener {
            Listener::Explanation(outcomes) => outcomes,
            Listener::Decision | Listener::Outline => Vec::new(),
        }
    }
}
