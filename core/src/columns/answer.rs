//! What a policy may answer to columns. As for single answers, everything beyond is a fault.

use std::sync::Arc;

use crate::decision::{Outline, Verdict};
use crate::instant::Instant;
use crate::policy::{Description, Fault, FaultKind};

/// One answer as it crosses the boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// The place of the rule in the policy's description, starting at 0.
    pub rule: u32,
    pub priority: i32,
    /// Milliseconds since the Unix epoch.
    pub flips_at: Option<i64>,
}

/// The rules of a policy by their places. Made once, so that answers share the names.
#[derive(Debug, Clone)]
pub struct RuleNames(Vec<Arc<str>>);

impl RuleNames {
    pub fn of(description: &Description) -> Self {
        Self(description.rules.iter().map(|rule| Arc::from(rule.id.as_str())).collect())
    }
}

/// The answers of a policy about `seats` seats, in their order.
///
/// # Errors
/// When there are not as many answers as seats, or one of them cannot be one of a sane policy.
pub fn outlines(
    seats: usize,
    answers: impl ExactSizeIterator<Item = Answer>,
    rules: &RuleNames,
) -> Result<Vec<Outline>, Fault> {
    let count = answers.len();
    if count != seats {
        return Err(malformed(format!("decide-columns gave {count} of {seats} answers")));
    }
    answers.enumerate().map(|(seat, answer)| outline(seat, &answer, rules)).collect()
}

fn outline(seat: usize, answer: &Answer, RuleNames(rules): &RuleNames) -> Result<Outline, Fault> {
    let named = usize::try_from(answer.rule).ok().and_then(|place| rules.get(place));
    let Some(rule) = named else {
        let (rule, rules) = (answer.rule, rules.len());
        let detail =
            format!("decide-columns names rule {rule} of {rules}, counted from 0, about seat {seat} of its batch");
        return Err(malformed(detail));
    };
    let flips_at = answer.flips_at.map(|ms| {
        let out_of_range = || {
            malformed(format!("flips-at is {ms} about seat {seat} of the batch, which is outside the years 1 to 9999"))
        };
        Instant::from_millis(ms).ok_or_else(out_of_range)
    });
    let flips_at = flips_at.transpose()?;
    Ok(Outline { verdict: answer.verdict, rule: Arc::clone(rule), priority: answer.priority, flips_at })
}

fn malformed(detail: String) -> Fault {
    Fault::new(FaultKind::Malformed, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Needs, Rule};

    fn rules() -> RuleNames {
        let rule = |id: &str| Rule { id: id.to_owned(), summary: String::new() };
        RuleNames::of(&Description {
            name: "test".to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            rules: vec![rule("recent"), rule("idle")],
            settings_schema: "{}".to_owned(),
            needs: Needs::default(),
        })
    }

    const SANE: Answer = Answer { verdict: Verdict::Release, rule: 1, priority: -3, flips_at: Some(0) };

    #[test]
    fn answers_get_the_names_of_their_rules() {
        let outlines = outlines(1, [SANE].into_iter(), &rules()).unwrap();
        let expected = Outline {
            verdict: Verdict::Release,
            rule: Arc::from("idle"),
            priority: -3,
            flips_at: Instant::from_millis(0),
        };
        assert_eq!(outlines, [expected]);
    }

    #[test]
    fn an_answer_that_breaks_the_contract_is_a_fault() {
        let fault = |seats: usize, answers: &[Answer]| {
            let fault = outlines(seats, answers.iter().copied(), &rules()).expect_err("it is a fault");
            assert_eq!(fault.kind, FaultKind::Malformed);
            fault.detail
        };
        assert_eq!(fault(2, &[SANE]), "decide-columns gave 1 of 2 answers");
        assert_eq!(fault(0, &[SANE]), "decide-columns gave 1 of 0 answers");
        let unknown = Answer { rule: 2, ..SANE };
        assert!(fault(2, &[SANE, unknown]).contains("rule 2 of 2, counted from 0, about seat 1"));
        let far = Answer { flips_at: Some(i64::MAX), ..SANE };
        assert!(fault(1, &[far]).contains("outside the years"));
    }
}
