//! The engine natively: whatever it answers quickly, the full plan says too, on random sites and policies.

mod answers;
mod changes;
mod days;
mod policy;
mod site;
