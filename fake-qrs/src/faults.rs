//! A script of what goes wrong, and when.
//!
//! Rules are tried in order for every request. Each rule counts the requests that its method and path fit, and acts on
//! the ones that it names. Latency adds up over all rules that act; of the other actions the first wins. The script says
//! what happens, `service` makes it happen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Rules beyond this many are refused: each request tries them all.
const RULES_MAX: usize = 1_000;

/// The rules of a server, as a file or the control port gives them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultScript {
    pub rules: Vec<FaultRule>,
}

/// Which requests, and what happens to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FaultRule {
    /// Any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path without the query, in any case; `*` stands for any run of characters. Absent: any path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first fitting request that the rule acts on, counted from 1.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many fitting requests it acts on from there; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    pub action: Fault,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// A pause before the answer.
    Latency { ms: u64 },
    /// The request is carried out, and answered only after a pause.
    LateAnswer { ms: u64 },
    /// Another status, text and content type. The request is not carried out.
    Status {
        status: u16,
        #[serde(default)]
        body: String,
        #[serde(default = "plain_text")]
        content_type: String,
    },
    /// The connection is closed before an answer; the request is not carried out.
    Reset,
    /// The request is carried out, and the connection closed before an answer: a DELETE whose fate the client must find
    /// out.
    ResetAfterApply,
    /// The answer begins and the connection is closed half-way.
    ResetMidBody,
    /// The first half of the answer, with a matching length and a bracket at the end: only a parser notices.
    TruncatedJson,
    /// A login page with status 200.
    Html,
    /// The service is restarting: 503.
    Unavailable,
    /// Licence calls fail as on a node that is not the central one; other calls work.
    NotCentral,
    /// A list of generated records that goes on until this many bytes, or until the client leaves.
    GiganticJson {
        #[serde(default)]
        bytes: Option<u64>,
    },
    /// An empty list with status 200.
    EmptyList,
}

impl Fault {
    /// The word of the script.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::LateAnswer { .. } => "late-answer",
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::ResetAfterApply => "reset-after-apply",
            Self::ResetMidBody => "reset-mid-body",
            Self::TruncatedJson => "truncated-json",
            Self::Html => "html",
            Self::Unavailable => "unavailable",
            Self::NotCentral => "not-central",
            Self::GiganticJson { .. } => "gigantic-json",
            Self::EmptyList => "empty-list",
        }
    }
}

/// Why a script cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("read fault script `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("understand fault script")]
    Parse { source: serde_json::Error },
    #[error("use fault script: it has {count} rules, more than {RULES_MAX}")]
    TooManyRules { count: usize },
    #[error("use fault script: rule {rule} answers status {status}, which no final answer can have")]
    Status { rule: usize, status: u16 },
}

impl FaultScript {
    /// A script of one rule that acts on every request to paths that fit.
    pub fn every(path: &str, action: Fault) -> Self {
        Self { rules: vec![FaultRule { method: None, path: Some(path.to_owned()), nth: 1, times: None, action }] }
    }

    /// A script of one rule that acts on the nth request with that method and path.
    pub fn nth(method: &str, path: &str, nth: u64, action: Fault) -> Self {
        let (method, path) = (Some(method.to_owned()), Some(path.to_owned()));
        Self { rules: vec![FaultRule { method, path, nth, times: Some(1), action }] }
    }

    /// Reads a script from JSON text.
    pub fn parse(text: &[u8]) -> Result<Self, ScriptError> {
        let script: Self = serde_json::from_slice(text).map_err(|source| ScriptError::Parse { source })?;
        script.check()?;
        Ok(script)
    }

    /// Reads a script from a file.
    pub fn load(path: &Path) -> Result<Self, ScriptError> {
        let text = std::fs::read(path).map_err(|source| ScriptError::Read { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    fn check(&self) -> Result<(), ScriptError> {
        if self.rules.len() > RULES_MAX {
            return Err(ScriptError::TooManyRules { count: self.rules.len() });
        }
        for (rule, FaultRule { action, .. }) in self.rules.iter().enumerate() {
            if let Fault::Status { status, .. } = *action
                && !(200..=599).contains(&status)
            {
                return Err(ScriptError::Status { rule: rule + 1, status });
            }
        }
        Ok(())
    }
}

/// A script being played.
#[derive(Debug, Default)]
pub struct FaultPlayer {
    script: FaultScript,
    fitting: Vec<u64>,
}

/// What a request meets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    pub latency: Duration,
    pub fault: Option<Fault>,
}

impl FaultPlayer {
    pub fn new(script: FaultScript) -> Self {
        Self { fitting: vec![0; script.rules.len()], script }
    }

    pub fn script(&self) -> &FaultScript {
        &self.script
    }

    /// Counts the request and says what happens to it.
    pub fn play(&mut self, method: &str, path: &str) -> Played {
        let mut played = Played::default();
        for (rule, fitting) in self.script.rules.iter().zip(&mut self.fitting) {
            let fits = rule.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && rule.path.as_ref().is_none_or(|pattern| path_fits(pattern, path));
            if !fits {
                continue;
            }
            *fitting += 1;
            let first = rule.nth.max(1);
            let acts = *fitting >= first && rule.times.is_none_or(|times| *fitting - first < times);
            match &rule.action {
                Fault::Latency { ms } if acts => {
                    played.latency = played.latency.saturating_add(Duration::from_millis(*ms));
                }
                Fault::NotCentral if !path.to_ascii_lowercase().contains("/license") => {}
                action if acts && played.fault.is_none() => played.fault = Some(action.clone()),
                _ => {}
            }
        }
        played
    }
}

fn one() -> u64 {
    1
}

fn plain_text() -> String {
    "text/plain; charset=utf-8".to_owned()
}

/// Whether a pattern with `*` covers the whole path, without regard to case.
fn path_fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_ascii_lowercase(), path.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|start| path.strip_prefix(start)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_patterns_to_whole_paths() {
        assert!(path_fits("/qrs/license/*/full", "/QRS/License/AnalyzerAccessType/full"));
        assert!(path_fits("*", "/anything"));
        assert!(path_fits("/qrs/*/full*", "/qrs/user/full"));
        assert!(!path_fits("/qrs/user", "/qrs/user/full"));
        assert!(!path_fits("/qrs/*/full", "/qrs/user/count"));
    }

    #[test]
    fn acts_on_the_requests_that_a_rule_names() {
        let mut player = FaultPlayer::new(FaultScript::nth("GET", "/a", 2, Fault::Reset));
        let acted: Vec<bool> = (0..4).map(|_| player.play("get", "/a").fault.is_some()).collect();
        assert_eq!(acted, [false, true, false, false]);
        assert_eq!(player.play("DELETE", "/a"), Played::default());
    }

    #[test]
    fn adds_latencies_and_takes_the_first_other_action() {
        let text = br#"{"rules": [
            {"action": {"kind": "latency", "ms": 20}},
            {"path": "/qrs/*", "action": {"kind": "latency", "ms": 5}},
            {"nth": 2, "times": 2, "action": {"kind": "status", "status": 500, "body": "no"}},
            {"action": {"kind": "html"}}
        ]}"#;
        let mut player = FaultPlayer::new(FaultScript::parse(text).unwrap());
        let kinds: Vec<_> = (0..4).map(|_| player.play("GET", "/qrs/user")).collect();
        assert!(kinds.iter().all(|played| played.latency == Duration::from_millis(25)));
        let kinds: Vec<_> = kinds.iter().map(|played| played.fault.as_ref().unwrap().kind()).collect();
        assert_eq!(kinds, ["html", "status", "status", "html"]);
    }

    #[test]
    fn refuses_misspelt_scripts() {
        for text in
            [r#"{"rules":[{"pth":"/x","action":{"kind":"reset"}}]}"#, r#"{"rules":[{"action":{"kind":"boom"}}]}"#]
        {
            assert!(matches!(FaultScript::parse(text.as_bytes()), Err(ScriptError::Parse { .. })), "{text}");
        }
        let status = br#"{"rules":[{"action":{"kind":"status","status":42}}]}"#;
        assert!(matches!(FaultScript::parse(status), Err(ScriptError::Status { rule: 1, status: 42 })));
    }
}
