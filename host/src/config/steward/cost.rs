//! `steward.cost`: what seats cost, and what a month may cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What seats cost, and what a month may cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Cost {
    /// The currency of all amounts, by its three letters, such as `EUR`. Needed with prices.
    pub currency: Option<String>,
    /// What a seat costs in a month. A type without a price is counted and not valued.
    #[schemars(length(max = 1000))]
    pub prices: Vec<SeatPrice>,
    /// What a month may cost, as a number such as `40000` or `39999.50`. Left out: no budget.
    pub budget_per_month: Option<String>,
    /// What the budget is compared with.
    pub budget_for: BudgetFor,
}

/// What a seat of a type costs in a month, from some month on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeatPrice {
    /// The kind of seat.
    pub license_type: PricedType,
    /// The price, as a number such as `35` or `35.50`, with a point and without a currency.
    #[schemars(length(min = 1))]
    pub per_seat_month: String,
    /// The first month with this price, such as `2026-01`. Left out: ever since.
    #[serde(default)]
    pub from: Option<String>,
}

/// A kind of seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PricedType {
    Analyzer,
    Professional,
    User,
}

/// What a budget is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetFor {
    /// Seats in somebody's hands.
    #[default]
    Allocated,
    /// All seats of the pools.
    Bought,
}
