//! Points on their way to `InfluxDB`: a real version 1, a real `VictoriaMetrics`, and stubs of the write APIs of
//! versions 2 and 3, as strict as their documentation.

mod bound;
mod butler;
mod look;
mod outage;
mod refused;
mod stub;
mod values;
mod versions;
mod victoria;
mod world;
