//! What Steward itself did to a pool, out of the ledger.

use super::Shift;
use crate::digest::Digest;
use crate::ledger::{LedgerState, RestoreAnswer, RunKind};
use crate::license_type::LicenseType;

/// Every seat of one type that was taken at a site, and every one that an undo gave back, by time.
///
/// What people took again themselves is demand, and no shift. A restored seat counts from the beginning of its undo: the
/// ledger has no other time for it.
pub fn shifts(ledger: &LedgerState, site: &Digest, license_type: LicenseType) -> Vec<Shift> {
    let mut found = Vec::new();
    for (_, run) in ledger.runs().iter().filter(|(id, _)| ledger.site_of(**id) == Some(*site)) {
        match run.kind {
            RunKind::Release => {
                let of_type =
                    run.seats.values().filter(|(seat, state)| seat.license_type == license_type && state.is_taken());
                found.extend(of_type.filter_map(|(_, state)| Some(Shift { at: state.released_at()?, released: 1 })));
            }
            RunKind::Undo(_) => {
                let restores = run.restores.values().filter(|restore| restore.license_type == license_type);
                let given_back =
                    restores.filter(|restore| matches!(restore.answer, Some(RestoreAnswer::Restored { .. })));
                found.extend(given_back.map(|_| Shift { at: run.started_at, released: -1 }));
            }
        }
    }
    found.sort_by_key(|shift| shift.at);
    found
}
