//! Words that sentences of several rooms share.

/// `1 seat`, `2 seats`, `2 people`, `2 entries`.
pub fn counted(count: usize, one: &str) -> String {
    match (count, one) {
        (1, _) => format!("1 {one}"),
        (_, "person") => format!("{count} people"),
        (_, "entry") => format!("{count} entries"),
        _ => format!("{count} {one}s"),
    }
}
