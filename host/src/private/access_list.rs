//! Access lists as Windows writes them down (SDDL), without asking Windows: what ours is, and whether one is private.
//!
//! Whatever is not understood here counts as open to others.

/// The identity of the service `Steward`, which Windows derives from the service's name alone: `sc showsid Steward`.
/// It may stand in an access list before the service is installed.
pub const SERVICE_SID: &str = "S-1-5-80-2832978525-3718621654-1849229591-1820304759-2571365186";

/// The system itself and the administrators, who can read everything anyway.
const SYSTEM: &str = "SY";
const ADMINISTRATORS: &str = "BA";
/// Whoever owns the file, and whoever will own a new one below the folder.
const OWNER_RIGHTS: [&str; 4] = ["S-1-3-4", "OW", "S-1-3-0", "CO"];
/// Windows' own installer, which owns folders of the system.
const TRUSTED_INSTALLER: &str = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";

/// The access list of a private folder: nothing comes from above (`P`), files and folders below get the same (`OICI`).
pub fn of_folder() -> String {
    list("OICI")
}

/// The access list of a private file.
pub fn of_file() -> String {
    list("")
}

fn list(inheritance: &str) -> String {
    let entry = |who: &str| format!("(A;{inheritance};FA;;;{who})");
    let entries: String = [SYSTEM, ADMINISTRATORS, OWNER_RIGHTS[0], SERVICE_SID].into_iter().map(entry).collect();
    format!("D:P{entries}")
}

/// Whether a description `O:…D:…` lets nobody else do anything. `ours` is how Windows writes our own account there.
pub fn is_private(description: &str, ours: &str) -> bool {
    let trusted = |who: &str| who == ours || [SYSTEM, ADMINISTRATORS, SERVICE_SID, TRUSTED_INSTALLER].contains(&who);
    let Some((owner, list)) = split(description) else { return false };
    trusted(owner) && entries(list).is_some_and(|all| all.iter().all(|entry| entry.is_harmless(&trusted)))
}

/// The owner in a description `O:…`.
pub fn owner(description: &str) -> Option<&str> {
    let rest = description.strip_prefix("O:")?;
    let end = rest.find(':').map_or(rest.len(), |colon| colon.saturating_sub(1));
    rest.get(..end)
}

/// Whether files of this owner may be used: our own, and those of whom the access list trusts.
pub fn is_trusted_owner(owner: &str, ours: &str) -> bool {
    owner == ours || [SYSTEM, ADMINISTRATORS, SERVICE_SID].contains(&owner)
}

/// Owner and access list. `None` also when there is no list, which would let everybody in.
fn split(description: &str) -> Option<(&str, &str)> {
    let (before, list) = description.split_once("D:")?;
    Some((owner(before)?, list))
}

struct Entry<'s> {
    kind: &'s str,
    who: &'s str,
}

impl Entry<'_> {
    /// An entry that takes rights away harms nobody's privacy.
    fn is_harmless(&self, trusted: &dyn Fn(&str) -> bool) -> bool {
        self.kind == "D" || (self.kind == "A" && (trusted(self.who) || OWNER_RIGHTS.contains(&self.who)))
    }
}

/// The entries `(kind;flags;rights;object;inherited object;who)`; `None` when the list is of another form.
fn entries(list: &str) -> Option<Vec<Entry<'_>>> {
    let Some(start) = list.find('(') else {
        // An empty list lets nobody in; `NO_ACCESS_CONTROL` lets everybody in.
        return (!list.contains("NO_ACCESS_CONTROL")).then(Vec::new);
    };
    if list.get(..start)?.contains("NO_ACCESS_CONTROL") {
        return None;
    }
    let inner = list.get(start..)?.strip_prefix('(')?.strip_suffix(')')?;
    inner.split(")(").map(entry).collect()
}

fn entry(text: &str) -> Option<Entry<'_>> {
    let fields: Vec<&str> = text.split(';').collect();
    match fields.as_slice() {
        &[kind, _, _, _, _, who] if !who.contains(['(', ')']) => Some(Entry { kind, who }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "S-1-5-21-1-2-3-1001";

    #[test]
    fn our_own_lists_are_private() {
        for list in [of_folder(), of_file()] {
            for owner in [ME, "SY", "BA", SERVICE_SID] {
                assert!(is_private(&format!("O:{owner}{list}"), ME), "O:{owner}{list}");
            }
        }
    }

    #[test]
    fn whatever_lets_others_in_or_is_not_understood_is_not_private() {
        let cases = [
            // A folder under C:\ProgramData as Windows makes it.
            "O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)",
            "O:BAD:P(A;;FA;;;SY)(A;;FR;;;WD)",
            // Somebody else's folder, whoever is let in: the owner can change that.
            "O:S-1-5-21-1-2-3-1002D:P(A;;FA;;;SY)",
            "O:BAD:P(A;;FA;;;S-1-5-21-1-2-3-1002)",
            // No list, and the list that everybody passes.
            "O:BA",
            "O:BAD:NO_ACCESS_CONTROL",
            // Conditions, objects and callbacks are not weighed.
            r#"O:BAD:P(XA;;FA;;;SY;(@User.Title=="PM"))"#,
            "O:BAD:P(A;;FA;;;SY",
            "D:P(A;;FA;;;SY)",
            "",
        ];
        for case in cases {
            assert!(!is_private(case, ME), "{case}");
        }
    }

    #[test]
    fn what_only_takes_rights_away_or_belongs_to_us_is_private() {
        let cases = [
            "O:BAD:PAI(D;;FA;;;WD)(A;OICI;FA;;;SY)",
            "O:S-1-5-21-1-2-3-1001D:(A;;FA;;;S-1-5-21-1-2-3-1001)",
            "O:SYG:SYD:P(A;;FA;;;SY)(A;OICIIO;GA;;;CO)",
            "O:SYD:P",
        ];
        for case in cases {
            assert!(is_private(case, ME), "{case}");
        }
    }

    #[test]
    fn an_owner_is_read_with_whatever_follows() {
        for (description, is) in [("O:BAG:SYD:P", Some("BA")), ("O:S-1-5-18", Some("S-1-5-18")), ("G:SY", None)] {
            assert_eq!(owner(description), is, "{description}");
        }
    }

    #[test]
    fn files_of_administrators_may_be_used_and_those_of_others_not() {
        for (owner, is) in [("BA", true), (ME, true), (SERVICE_SID, true), ("BU", false), (TRUSTED_INSTALLER, false)] {
            assert_eq!(is_trusted_owner(owner, ME), is, "{owner}");
        }
    }
}
