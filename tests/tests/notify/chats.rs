//! Slack and Teams: exactly the shapes that their documentation has, whatever people are called.

use serde::Deserialize;
use steward::notify::Content;
use steward_core::alert::{Kind, Notification, Severity};

use crate::hook::{Hook, Reply};
use crate::world::World;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlackMessage {
    text: String,
    blocks: Vec<Block>,
    unfurl_links: bool,
    unfurl_media: bool,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Block {
    Header { text: SlackText },
    Section { text: SlackText },
    Context { elements: Vec<SlackText> },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum SlackText {
    PlainText { text: String, emoji: bool },
    Mrkdwn { text: String, verbatim: bool },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TeamsMessage {
    #[serde(rename = "type")]
    kind: String,
    attachments: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Attachment {
    content_type: String,
    content_url: Option<String>,
    content: Card,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Card {
    #[serde(rename = "$schema")]
    schema: String,
    #[serde(rename = "type")]
    kind: String,
    version: String,
    fallback_text: String,
    msteams: Width,
    body: Vec<Element>,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Width {
    width: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum Element {
    TextBlock { text: String, size: Option<String>, weight: Option<String>, color: Option<String>, wrap: bool },
    FactSet { facts: Vec<Fact> },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    title: String,
    value: String,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", deny_unknown_fields)]
enum Action {
    #[serde(rename = "Action.OpenUrl")]
    OpenUrl { title: String, url: String },
}

fn world(kind: &str, hook: &Hook) -> World {
    let sink = format!("{{ name: chat, url: '{}', timeoutSeconds: 5, ROOT }}", hook.url("/s3cret"));
    World::new(&format!("site: 'A & B', link: 'https://steward.acme.test/?a=1&b=2', {kind}: [ {sink} ]"))
}

async fn told(kind: &str, reply: Reply, change: impl Fn(Notification) -> Notification) -> String {
    let hook = Hook::new().await;
    hook.next([reply]);
    let world = world(kind, &hook);
    let post = world.deliver();
    let alert = change(world.hostile("id-1"));
    world.write("chat", [("id-1", Content::Alert(alert))]).await;
    assert_eq!(post.standing("chat").await.delivered, 1);
    post.stop().await;
    hook.only().body
}

fn slack_ok() -> Reply {
    Reply::Answer(200, "", "ok".to_owned())
}

fn slack(body: &str) -> SlackMessage {
    let message: SlackMessage = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert!(message.blocks.len() <= 50 && !message.unfurl_links && !message.unfurl_media);
    let texts = message.blocks.iter().flat_map(|block| match block {
        Block::Header { text } => vec![(text, 150)],
        Block::Section { text } => vec![(text, 3000)],
        Block::Context { elements } => {
            assert!((1..=10).contains(&elements.len()));
            elements.iter().map(|element| (element, 3000)).collect()
        }
    });
    for (text, max) in texts {
        let text = match text {
            SlackText::PlainText { text, emoji } => {
                assert!(!emoji);
                text
            }
            SlackText::Mrkdwn { text, verbatim } => {
                assert!(verbatim);
                text
            }
        };
        assert!((1..=max).contains(&text.chars().count()), "{text}");
        let ours = text.replace("<https://steward.acme.test/?a=1&amp;b=2|Open Steward>", "");
        assert!(!ours.contains(['<', '>']), "{ours}");
        assert!(
            ours.split('&').skip(1).all(|rest| ["amp;", "lt;", "gt;"].iter().any(|it| rest.starts_with(it))),
            "{ours}"
        );
    }
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_is_given_blocks_in_which_nobody_can_call_a_channel() {
    let message = slack(&told("slack", slack_ok(), |alert| alert).await);
    let [Block::Header { .. }, Block::Section { .. }, Block::Context { elements }] = message.blocks.as_slice() else {
        panic!("{message:?}");
    };
    let SlackText::Mrkdwn { text, .. } = &elements[0] else { panic!("{elements:?}") };
    assert!(text.contains("warning · A &amp; B · since 2026-10-05T08:00:00Z"), "{text}");
    assert!(message.text.starts_with("[warning] x Bcc: all@acme.test &lt;!channel&gt;"), "{message:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_takes_long_texts_cut() {
    let long = |alert: Notification| {
        let text = "<&>".repeat(5000);
        Notification { title: text.clone(), text: text.clone(), next_step: text, kind: Kind::Resolved, ..alert }
    };
    let message = slack(&told("slack", slack_ok(), long).await);
    assert!(message.text.starts_with("[resolved] &lt;&amp;&gt;"), "{message:?}");
}

fn teams(body: &str) -> (String, Card) {
    assert!(body.len() <= 28 * 1024, "{}", body.len());
    let mut message: TeamsMessage = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!((message.kind.as_str(), message.attachments.len()), ("message", 1));
    let attachment = message.attachments.remove(0);
    assert_eq!(attachment.content_type, "application/vnd.microsoft.card.adaptive");
    assert_eq!(attachment.content_url, None);
    let card = attachment.content;
    assert_eq!(
        (card.kind.as_str(), card.version.as_str(), card.msteams.width.as_str()),
        ("AdaptiveCard", "1.4", "Full")
    );
    assert_eq!(card.schema, "http://adaptivecards.io/schemas/adaptive-card.json");
    let [
        Element::TextBlock { text: title, color: Some(color), size: Some(_), weight: Some(_), wrap: true },
        Element::TextBlock { text, color: None, size: None, weight: None, wrap: true },
        Element::FactSet { facts },
    ] = card.body.as_slice()
    else {
        panic!("{card:?}");
    };
    for text in [title, text, &card.fallback_text].into_iter().chain(facts.iter().map(|fact| &fact.value)) {
        assert!(is_harmless(text), "{text}");
    }
    assert!(facts.iter().all(|fact| ["Site", "Severity", "Since", "What to do"].contains(&fact.title.as_str())));
    let [Action::OpenUrl { title, url }] = card.actions.as_slice() else { panic!("{card:?}") };
    assert_eq!((title.as_str(), url.as_str()), ("Open Steward", "https://steward.acme.test/?a=1&b=2"));
    (color.clone(), card)
}

/// No sign of Markdown without a backslash before it.
fn is_harmless(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => assert!(chars.next().is_some(), "it ends in a backslash: {text}"),
            '*' | '_' | '[' | ']' | '<' | '`' | '#' => return false,
            _ => {}
        }
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_is_given_a_card_in_which_names_are_names() {
    let taken = || Reply::Answer(202, "", String::new());
    let (color, card) = teams(&told("teams", taken(), |alert| alert).await);
    assert_eq!(color, "Warning");
    let Element::FactSet { facts } = &card.body[2] else { panic!("{card:?}") };
    let facts: Vec<(&str, &str)> = facts.iter().map(|fact| (fact.title.as_str(), fact.value.as_str())).collect();
    assert_eq!(facts[..2], [("Site", r"A \& B"), ("Severity", "warning")]);
    let long = |alert: Notification| {
        let text = "ü*".repeat(30_000);
        Notification { text: text.clone(), title: text.clone(), next_step: text, severity: Severity::Critical, ..alert }
    };
    assert_eq!(teams(&told("teams", taken(), long).await).0, "Attention");
    let over = |alert| Notification { kind: Kind::Resolved, next_step: String::new(), ..alert };
    assert_eq!(teams(&told("teams", taken(), over).await).0, "Good");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_chat_refuses_is_set_aside_with_its_word() {
    for (kind, status, word) in
        [("slack", 400, "invalid_blocks"), ("slack", 410, "channel_is_archived"), ("teams", 400, "bad card")]
    {
        let hook = Hook::new().await;
        hook.next([Reply::Answer(status, "", word.to_owned())]);
        let world = world(kind, &hook);
        let post = world.deliver();
        world.tell("chat", "id-1").await;
        assert_eq!(post.standing("chat").await.refused, 1);
        let kept = world.refused().await;
        let problem = kept[0].problem.clone().unwrap_or_default();
        assert!(problem.contains(word) && !problem.contains("s3cret"), "{problem}");
        post.stop().await;
    }
}
