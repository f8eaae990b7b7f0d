//! Alerts: a quarter of a site's life, and values, clocks and restarts that mean harm.

mod clocks;
mod quarter;
mod silences;
mod site;
mod wavering;
