//! Alerts: a quarter of a site's life, and values, clocks and restarts that mean harm.

mod any;
mod clocks;
mod one_trouble;
mod quarter;
mod severity;
mod silences;
mod site;
mod texts;
mod wavering;
