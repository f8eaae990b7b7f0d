//! Work that is or was done.

use crate::api::answer::Shown;
use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::api::work::{WorkBody, WorkList, WorkPath};

pub async fn list(call: Call) -> Result<Shown<WorkList>, Problem> {
    Ok(Shown(WorkList { work: call.api.works.all() }))
}

pub async fn one(call: Call<WorkPath>) -> Result<Shown<WorkBody>, Problem> {
    let id = call.path.id;
    let gone = || Problem::not_found(format!("work {id} is not known any more: the ledger has what came of it"));
    call.api.works.one(id).map(Shown).ok_or_else(gone)
}
