//! What the rules of a policy say about one seat.
//!
//! A policy calls one method for each rule, in the order in which they are tried. What a call costs depends on who
//! listens: for a decision, texts are made only for the rule that decides, and nothing is looked up any more once a
//! rule keeps the seat for good; for an explanation every rule is asked and every text is made.

use crate::{Decision, Instant, Outcome, RuleOutcome, Verdict};

/// The answer of a policy that asked no rule which kept or released. Doubt keeps the seat.
pub(crate) const UNDECIDED: crate::Rule =
    crate::Rule { id: "undecided", summary: "No rule had anything to say about the seat, so it is kept." };

/// Collects what the rules say.
#[derive(Debug)]
pub struct Ruling {
    keep: Option<Said>,
    release: Option<Said>,
    /// How long the rules so far keep the seat.
    kept: Kept,
    priority: i32,
    outcomes: Option<Vec<RuleOutcome>>,
}

#[derive(Debug)]
struct Said {
    rule: &'static str,
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
        Self { keep: None, release: None, kept: Kept::Not, priority: 0, outcomes: None }
    }

    pub(crate) fn explaining() -> Self {
        Self { outcomes: Some(Vec::new()), ..Self::deciding() }
    }

    /// Keeps the seat when `look` finds something, for as long as nothing but time changes.
    /// `say` makes the sentence; it is called with `None` to explain why the rule has nothing to say.
    pub fn keep<T>(
        &mut self,
        rule: &'static str,
        look: impl FnOnce() -> Option<T>,
        say: impl Fn(Option<&T>) -> String,
    ) {
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
        rule: &'static str,
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
    pub fn release<T>(
        &mut self,
        rule: &'static str,
        look: impl FnOnce() -> Option<T>,
        say: impl Fn(Option<&T>) -> String,
    ) {
        if self.is_settled() {
            return;
        }
        let found = look();
        self.note_outcome(rule, Outcome::Releases, found.as_ref(), &say);
        if let (Some(found), None) = (found, &self.release) {
            let reason = if self.keep.is_none() { say(Some(&found)) } else { String::new() };
            self.release = Some(Said { rule, reason });
        }
    }

    /// Among the releases of a run the higher priorities go first. 0 unless said otherwise.
    pub fn set_priority(&mut self, priority: i32) {
        self.priority = priority;
    }

    /// Nothing that a further rule says could change the decision, and nobody wants to hear it.
    fn is_settled(&self) -> bool {
        self.kept == Kept::ForGood && self.outcomes.is_none()
    }

    fn note_keep<T>(&mut self, rule: &'static str, found: Option<&T>, say: &impl Fn(Option<&T>) -> String) {
        self.note_outcome(rule, Outcome::Keeps, found, say);
        if let (Some(found), None) = (found, &self.keep) {
            self.keep = Some(Said { rule, reason: say(Some(found)) });
        }
    }

    fn note_outcome<T>(
        &mut self,
        rule: &'static str,
        outcome: Outcome,
        found: Option<&T>,
        say: &impl Fn(Option<&T>) -> String,
    ) {
        if let Some(outcomes) = &mut self.outcomes {
            let outcome = if found.is_some() { outcome } else { Outcome::Passes };
            outcomes.push(RuleOutcome { rule: rule.to_owned(), outcome, evidence: say(found) });
        }
    }

    /// The first rule that keeps decides, else the first that releases.
    /// A kept seat flips when every rule that keeps it has run out and one releases it then.
    pub(crate) fn into_decision(self) -> Decision {
        let releasable = self.release.is_some();
        let (verdict, said) = match (self.keep, self.release) {
            (Some(keep), _) => (Verdict::Keep, keep),
            (None, Some(release)) => (Verdict::Release, release),
            (None, None) => (Verdict::Keep, Said { rule: UNDECIDED.id, reason: UNDECIDED.summary.to_owned() }),
        };
        let flips_at = match self.kept {
            Kept::Until(until) if releasable => Some(until),
            _ => None,
        };
        Decision { verdict, rule: said.rule.to_owned(), reason: said.reason, priority: self.priority, flips_at }
    }

    pub(crate) fn into_outcomes(self) -> Vec<RuleOutcome> {
        self.outcomes.unwrap_or_default()
    }
}
