//! YAML text to a tree of nodes, within limits: a hostile file gives a problem, never a hang.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::node::{Entry, Kind, Node, Scalar};
use super::problem::{Position, Problem, quoted};

/// Nesting allowed. Butler's deepest setting is at 10.
const DEPTH_MAX: usize = 64;
/// Values allowed in a file with its aliases written out. A file of the allowed size with entries of a useful length
/// has fewer; a few lines of aliases to aliases would have billions.
const NODES_MAX: usize = 200_000;

/// What was read. Duplicate keys are problems, and yet leave a tree (the first one counts) to find the others in.
pub struct Reading {
    pub root: Option<Node>,
    pub problems: Vec<Problem>,
}

/// `missing` is said of a text that has no keys and values.
pub fn read(text: &str, missing: &str) -> Reading {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::default();
    let outcome = builder.run(text);
    let mut problems = builder.problems;
    let mut root = None;
    match (outcome, builder.root) {
        (Err(problem), _) => problems.push(problem),
        (Ok(()), None) => problems.push(Problem::new(None, "", missing)),
        (Ok(()), Some(node)) => match &node.kind {
            Kind::Mapping(_) => root = Some(node),
            Kind::Scalar(scalar) if scalar.is_null() => problems.push(Problem::new(None, "", missing)),
            Kind::Scalar(_) | Kind::Sequence(_) => {
                problems.push(Problem::new(Some(node.position), "", missing));
            }
        },
    }
    Reading { root, problems }
}

enum Frame {
    Sequence {
        position: Position,
        anchor: usize,
        items: Vec<Node>,
    },
    Mapping {
        position: Position,
        anchor: usize,
        entries: Vec<Entry>,
        seen: BTreeMap<String, Position>,
        key: Option<(Scalar, Position)>,
        merged: Vec<Entry>,
    },
}

/// Builds the tree without recursion, one event after the other.
#[derive(Default)]
struct Builder {
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    problems: Vec<Problem>,
}

impl Builder {
    /// An error is a problem after which nothing more can be read.
    fn run(&mut self, text: &str) -> Result<(), Problem> {
        let mut parser = Parser::new(StrInput::new(text));
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|fault| explain(&fault, text))?;
            let position = position(span.start);
            match event {
                Event::DocumentStart(_) if self.root.is_some() => {
                    let message = "a second YAML document begins here: settings are one document";
                    return Err(Problem::new(position, "", message));
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let as_text = self.read_tag(tag.as_deref(), position) == Some("str");
                    let plain = style == ScalarStyle::Plain && !as_text;
                    let scalar = Scalar { text: text.into_owned(), plain };
                    self.add(Node { position, kind: Kind::Scalar(scalar) }, anchor)?;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.read_tag(tag.as_deref(), position);
                    self.enter(Frame::Sequence { position, anchor, items: Vec::new() })?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.read_tag(tag.as_deref(), position);
                    let (entries, merged) = (Vec::new(), Vec::new());
                    let seen = BTreeMap::new();
                    self.enter(Frame::Mapping { position, anchor, entries, seen, key: None, merged })?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.leave()?,
                Event::Alias(anchor) => {
                    let node = self.resolve(anchor, position)?;
                    self.add(node, 0)?;
                }
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
            }
        }
        Ok(())
    }

    /// The suffix of a tag of the YAML core schema; other tags are a problem.
    fn read_tag<'t>(&mut self, tag: Option<&'t Tag>, position: Position) -> Option<&'t str> {
        let tag = tag?;
        if tag.is_yaml_core_schema() {
            return Some(tag.suffix.as_str());
        }
        if tag.handle.is_empty() && tag.suffix == "!" {
            return Some("str");
        }
        let message = format!("the tag {} has no meaning here", quoted(&tag.to_string()));
        self.problems.push(Problem::new(position, &self.path(), message));
        None
    }

    fn enter(&mut self, frame: Frame) -> Result<(), Problem> {
        let (Frame::Sequence { position, .. } | Frame::Mapping { position, .. }) = &frame;
        if self.open.len() >= DEPTH_MAX {
            return Err(self.stop(*position, &format!("nested more than {DEPTH_MAX} deep")));
        }
        if let Some(Frame::Mapping { key: None, .. }) = self.open.last() {
            return Err(self.stop(*position, "a key must be a word, not a list or a mapping"));
        }
        self.open.push(frame);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(Frame::Sequence { position, anchor, items }) => {
                self.add(Node { position, kind: Kind::Sequence(items) }, anchor)
            }
            Some(Frame::Mapping { position, anchor, mut entries, seen, merged, .. }) => {
                let mut taken: BTreeSet<String> = seen.into_keys().collect();
                entries.extend(merged.into_iter().filter(|entry| taken.insert(entry.key.clone())));
                self.add(Node { position, kind: Kind::Mapping(entries) }, anchor)
            }
            None => Ok(()),
        }
    }

    fn resolve(&mut self, anchor: usize, position: Position) -> Result<Node, Problem> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(self.stop(position, "this alias stands inside the value that it names"));
        };
        if self.open.len() + node.height() > DEPTH_MAX {
            return Err(self.stop(position, &format!("nested more than {DEPTH_MAX} deep by this alias")));
        }
        let count = node.count();
        self.spend(count, position)?;
        Ok(self.anchors[&anchor].clone())
    }

    fn spend(&mut self, count: usize, position: Position) -> Result<(), Problem> {
        self.nodes += count;
        if self.nodes > NODES_MAX {
            return Err(self.stop(position, &format!("more than {NODES_MAX} values, aliases written out")));
        }
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Problem> {
        let position = node.position;
        self.spend(1, position)?;
        if anchor > 0 {
            self.spend(node.count(), position)?;
            self.anchors.insert(anchor, node.clone());
        }
        let path = self.path();
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { key: key @ None, .. }) => match node.kind {
                Kind::Scalar(scalar) => *key = Some((scalar, position)),
                Kind::Sequence(_) | Kind::Mapping(_) => {
                    return Err(self.stop(position, "a key must be a word, not a list or a mapping"));
                }
            },
            Some(Frame::Mapping { entries, seen, key: key @ Some(_), merged, .. }) => {
                let Some((key, key_position)) = key.take() else { return Ok(()) };
                if let Some(first) = seen.get(&key.text) {
                    let message = format!("given twice, first on line {} column {}", first.line, first.column);
                    self.problems.push(Problem::new(key_position, &path, message));
                } else {
                    seen.insert(key.text.clone(), key_position);
                    if key.plain && key.text == "<<" {
                        match merge(node) {
                            Some(more) => merged.extend(more),
                            None => self.problems.push(Problem::new(
                                key_position,
                                &path,
                                "`<<` takes a mapping, or a list of mappings",
                            )),
                        }
                    } else {
                        entries.push(Entry { key: key.text, key_position, value: node });
                    }
                }
            }
        }
        Ok(())
    }

    fn stop(&self, position: Position, message: &str) -> Problem {
        Problem::new(position, &self.path(), message)
    }

    /// Dotted path of what is being read.
    fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.open {
            match frame {
                Frame::Sequence { items, .. } => path = index(&path, items.len()),
                Frame::Mapping { key: Some((key, _)), .. } => path = join(&path, &key.text),
                Frame::Mapping { key: None, .. } => {}
            }
        }
        path
    }
}

/// The dotted path of a key under `path`.
pub fn join(path: &str, key: &str) -> String {
    let key = super::problem::printable(key);
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// The path of an entry of a list.
pub fn index(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// The entries that a merge key brings; of a list of mappings the first one that has a key wins.
fn merge(node: Node) -> Option<Vec<Entry>> {
    match node.kind {
        Kind::Mapping(entries) => Some(entries),
        Kind::Sequence(items) => {
            let mut all = Vec::new();
            for item in items {
                let Kind::Mapping(entries) = item.kind else { return None };
                all.extend(entries);
            }
            Some(all)
        }
        Kind::Scalar(_) => None,
    }
}

fn position(marker: Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

/// The parser's fault, with what usually lies behind it.
fn explain(fault: &ScanError, text: &str) -> Problem {
    let position = position(*fault.marker());
    let line = text.lines().nth(position.line.saturating_sub(1)).unwrap_or("");
    let indentation = &line[..line.len() - line.trim_start().len()];
    let hint = if indentation.contains('\t') {
        "; indent with blanks, not with tabs"
    } else if fault.info().contains("escape") {
        "; in double quotes a backslash begins an escape: put Windows paths into single quotes"
    } else {
        ""
    };
    Problem::new(position, "", format!("this is not valid YAML: {}{hint}", fault.info()))
}
