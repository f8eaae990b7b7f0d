//! An error and its causes in one line, a colon between them. A cause that says the same again is left out.

use std::error::Error;

pub fn of(error: &anyhow::Error) -> String {
    joined(error.chain().map(ToString::to_string))
}

pub fn text(error: &dyn Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    joined(causes.into_iter())
}

fn joined(causes: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for cause in causes {
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
