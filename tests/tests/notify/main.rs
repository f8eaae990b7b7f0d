//! Messages on their way to their sinks: a real MQTT broker, a real mail server, and stubs of webhooks and chats over
//! https that are as strict as their documentation.

mod broker;
mod butler;
mod chats;
mod hook;
mod letters;
mod mails;
mod post;
mod queue;
mod topics;
mod webhooks;
mod world;
