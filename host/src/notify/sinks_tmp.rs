use crate::config::Settings;
use steward_core::alert::Notification;
pub struct Sinks;
impl Sinks {
    pub fn of(_: &Settings) -> Self {
        Self
    }
    pub fn addressees(&self, _: &Notification) -> Vec<String> {
        Vec::new()
    }
}
