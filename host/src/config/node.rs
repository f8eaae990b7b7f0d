//! The settings file as a tree that remembers where everything stood. Scalars stay text: whether `NO` is a word or a
//! boolean is decided by the setting that it is given to, not by the reader.

use super::problem::Position;

/// A value of the file. No `Debug`: the tree holds passwords as written.
#[derive(Clone)]
pub struct Node {
    pub position: Position,
    pub kind: Kind,
}

#[derive(Clone)]
pub enum Kind {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

#[derive(Clone)]
pub struct Scalar {
    /// As written, without quotes.
    pub text: String,
    /// Neither in quotes nor a block of text: may stand for a number, a boolean or nothing.
    pub plain: bool,
}

#[derive(Clone)]
pub struct Entry {
    pub key: String,
    pub key_position: Position,
    pub value: Node,
}

impl Node {
    /// The number of values in this tree, itself included.
    pub fn count(&self) -> usize {
        1 + match &self.kind {
            Kind::Scalar(_) => 0,
            Kind::Sequence(items) => items.iter().map(Self::count).sum(),
            Kind::Mapping(entries) => entries.iter().map(|entry| entry.value.count()).sum(),
        }
    }

    /// How deep this tree is; a scalar is 1.
    pub fn height(&self) -> usize {
        1 + match &self.kind {
            Kind::Scalar(_) => 0,
            Kind::Sequence(items) => items.iter().map(Self::height).max().unwrap_or(0),
            Kind::Mapping(entries) => entries.iter().map(|entry| entry.value.height()).max().unwrap_or(0),
        }
    }

    /// Where the setting of this dotted path, such as `a.b[0].c`, stands; if it is not in the file, the nearest section
    /// around it.
    pub fn locate(&self, path: &str) -> Position {
        let mut node = self;
        let mut position = self.position;
        for step in path.split('.') {
            let (key, index) = step.strip_suffix(']').and_then(|step| step.split_once('[')).unwrap_or((step, ""));
            let Kind::Mapping(entries) = &node.kind else { break };
            let Some(entry) = entries.iter().find(|entry| entry.key == key) else { break };
            position = entry.key_position;
            node = &entry.value;
            if let (Kind::Sequence(items), Ok(index)) = (&node.kind, index.parse::<usize>()) {
                let Some(item) = items.get(index) else { break };
                position = item.position;
                node = item;
            }
        }
        position
    }
}

impl Scalar {
    pub fn is_empty(&self) -> bool {
        self.plain && self.text.is_empty()
    }

    /// What YAML reads as null.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}
