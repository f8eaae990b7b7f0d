//! What the settings of cost must say.

use super::{accept, refuse, refuse_with, with_steward};
use crate::run_settings::cost_settings;

const PRICES: &str = "prices: [ { licenseType: professional, perSeatMonth: '52.50' }, \
                      { licenseType: professional, perSeatMonth: '55', from: 2027-01 } ]";

/// A file whose section `steward.cost` holds `cost`.
fn with_cost(cost: &str) -> String {
    with_steward(&format!("cost: {{ {cost} }}"))
}

#[test]
fn prices_are_read_as_they_are_written() {
    assert_eq!(cost_settings(&accept(&with_steward("dataDir: data"))), None);
    let settings = accept(&with_cost(&format!("currency: eur, budgetPerMonth: '40000', {PRICES}")));
    let costs = cost_settings(&settings).expect("there are prices");
    let written = serde_json::to_value(&costs).expect("JSON");
    assert_eq!(
        written,
        serde_json::json!({
            "currency": "EUR",
            "prices": [
                { "licenseType": "professional", "from": null, "perSeatMonth": "52.5" },
                { "licenseType": "professional", "from": "2027-01", "perSeatMonth": "55" },
            ],
            "budgetPerMonth": "40000", "budgetFor": "allocated",
        })
    );
}

#[test]
fn a_currency_is_needed_and_known_by_three_letters() {
    let no_currency =
        "steward.cost.currency: the currency of the prices is missing: write its three letters, such as `EUR`";
    refuse_with(&with_cost(PRICES), no_currency);
    for bad in ["euro", "'€'", "''", "E1R"] {
        let lines = refuse(&with_cost(&format!("currency: {bad}, {PRICES}")));
        assert!(
            lines.len() == 1 && lines[0].contains("is no currency") && lines[0].contains("write its three letters"),
            "{lines:?}"
        );
    }
}

#[test]
fn a_price_that_cannot_be_read_has_a_place_and_words() {
    for (bad, words) in [
        ("'1,5'", "is no price: write a number such as `35` or `35.50`, with a point and no thousands separator"),
        ("'-3'", "is no price"),
        ("'35 EUR'", "is no price"),
        ("'0.1234567'", "has more than 6 decimals"),
        ("'99999999999'", "is more than 1000000000"),
        ("\"3\\u001b[2J\"", "is no price"),
    ] {
        let prices = PRICES.replace("'52.50'", bad);
        let lines = refuse(&with_cost(&format!("currency: EUR, {prices}")));
        assert!(lines.len() == 1 && lines[0].contains("steward.cost.prices[0].perSeatMonth: "), "{lines:?}");
        assert!(lines[0].contains(words) && !lines[0].contains('\u{1b}'), "{lines:?}");
        let budget = refuse(&with_cost(&format!("currency: EUR, budgetPerMonth: {bad}, {PRICES}")));
        assert!(budget.len() == 1 && budget[0].contains("steward.cost.budgetPerMonth: "), "{budget:?}");
    }
    let month = format!("currency: EUR, {}", PRICES.replace("2027-01", "2027-13"));
    refuse_with(&with_cost(&month), "steward.cost.prices[1].from: `2027-13` is no month: write it such as `2026-01`");
}

#[test]
fn nothing_is_said_twice_and_no_budget_stands_alone() {
    let twice = format!("currency: EUR, {}", PRICES.replace(", from: 2027-01", ""));
    refuse_with(
        &with_cost(&twice),
        "steward.cost.prices[1].licenseType: `steward.cost.prices[0]` is a price of professional seats without a month \
         too: keep one of them",
    );
    refuse_with(
        &with_cost("currency: EUR, budgetPerMonth: '5'"),
        "a budget is compared with what seats cost: give their prices under `steward.cost.prices`",
    );
}
