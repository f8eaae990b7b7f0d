//! What the schema says of one setting, in the few words that the walk needs.

use serde_json::Value;

use crate::config::node::Scalar;
use crate::config::problem::quoted;
use crate::config::scalar;

/// The schema of one setting.
#[derive(Clone, Copy)]
pub struct Shape<'s> {
    /// As it stands, with the words that belong to the setting: hint, default.
    outer: &'s Value,
    /// The same without the choice of leaving it empty.
    inner: &'s Value,
}

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Object,
    Array,
    /// One of a few words.
    Choice,
    Text,
    Whole,
    Number,
    Boolean,
    Anything,
}

impl Type {
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "a mapping",
            Self::Array => "a list",
            Self::Choice => "a word",
            Self::Text => "a text",
            Self::Whole => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::Anything => "a value",
        }
    }
}

impl<'s> Shape<'s> {
    pub fn of(schema: &'s Value) -> Self {
        let branches = schema.get("anyOf").and_then(Value::as_array);
        let inner = branches.and_then(|all| all.iter().find(|one| one["type"] != "null")).unwrap_or(schema);
        Self { outer: schema, inner }
    }

    pub fn kind(self) -> Type {
        if self.choices().next().is_some() {
            return Type::Choice;
        }
        match self.types().find(|name| *name != "null") {
            Some("object") => Type::Object,
            Some("array") => Type::Array,
            Some("string") => Type::Text,
            Some("integer") => Type::Whole,
            Some("number") => Type::Number,
            Some("boolean") => Type::Boolean,
            _ => Type::Anything,
        }
    }

    fn types(self) -> impl Iterator<Item = &'s str> {
        let types = &self.inner["type"];
        let several = types.as_array().into_iter().flatten();
        types.as_str().into_iter().chain(several.filter_map(Value::as_str))
    }

    pub fn hint(self) -> Option<&'s str> {
        self.outer["x-hint"].as_str().or_else(|| self.inner["x-hint"].as_str())
    }

    /// Any settings at all may stand here.
    pub fn is_free(self) -> bool {
        self.inner["additionalProperties"] == true
    }

    /// Unknown keys are refused here.
    pub fn is_strict(self) -> bool {
        self.inner["additionalProperties"] == false
    }

    pub fn keys(self) -> impl Iterator<Item = &'s str> {
        self.inner["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str())
    }

    pub fn property(self, key: &str) -> Option<Self> {
        let named = self.inner["properties"].get(key);
        // A map: whatever the key is, its value has this shape.
        let any = self.inner.get("additionalProperties").filter(|schema| schema.is_object());
        named.or(any).map(Self::of)
    }

    pub fn required(self) -> impl Iterator<Item = &'s str> {
        self.inner["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    pub fn requires(self, key: &str) -> bool {
        self.required().any(|required| required == key)
    }

    pub fn items(self) -> Self {
        Self::of(&self.inner["items"])
    }

    pub fn is_secret(self) -> bool {
        self.inner["writeOnly"] == true
    }

    pub fn needs_text(self) -> bool {
        self.inner["minLength"].as_u64().is_some_and(|length| length > 0)
    }

    pub fn format(self) -> Option<&'s str> {
        self.inner["format"].as_str()
    }

    /// Whether a scalar means the same as leaving the setting out. A text that must be given is taken as written: there
    /// are people called Null. A path or a secret may be emptied by quotes too.
    pub fn reads_as_absent(self, scalar: &Scalar) -> bool {
        if self.kind() != Type::Text {
            return scalar.is_null();
        }
        let nullable = self.types().any(|name| name == "null");
        let clearable = nullable && (self.is_secret() || self.format().is_some());
        scalar.is_empty() || nullable && scalar.is_null() || clearable && scalar.text.trim().is_empty()
    }

    /// The words of a choice.
    pub fn choices(self) -> impl Iterator<Item = &'s str> {
        let words = self.inner["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let consts = self.inner["oneOf"].as_array().into_iter().flatten();
        words.chain(consts.flat_map(|one| {
            let single = one["const"].as_str();
            single.into_iter().chain(one["enum"].as_array().into_iter().flatten().filter_map(Value::as_str))
        }))
    }

    /// The choice that a text names.
    pub fn choose(self, text: &str) -> Option<Value> {
        let text = text.trim();
        let aliases = self.inner["x-aliases"].as_object();
        let alias = aliases.into_iter().flatten().find(|(name, _)| name.eq_ignore_ascii_case(text));
        let choice = self.choices().find(|choice| choice.eq_ignore_ascii_case(text));
        choice.map(Value::from).or_else(|| alias.map(|(_, choice)| choice.clone()))
    }

    /// A boolean or a number. An error is a message for the user.
    pub fn parse(self, kind: Type, scalar: &Scalar) -> Result<Value, String> {
        let text = scalar.text.trim();
        let value = match kind {
            Type::Boolean => scalar::boolean(text).map(Value::Bool),
            Type::Whole => scalar::whole(text).map(Value::from),
            _ => scalar::number(text).map(Value::from),
        };
        match value {
            Some(_) if !scalar.plain => {
                Err(format!("{} is expected, but a text was found: write {} without quotes", kind.name(), quoted(text)))
            }
            Some(value) => self.within_range(value, text),
            None => Err(format!("{} is expected, but {} was found", kind.name(), quoted(text))),
        }
    }

    fn within_range(self, value: Value, text: &str) -> Result<Value, String> {
        let Some(number) = value.as_f64() else { return Ok(value) };
        let limit = |word: &str| self.inner[word].as_f64();
        match (limit("minimum"), limit("maximum")) {
            (Some(minimum), _) if number < minimum => {
                Err(format!("must be at least {minimum}, but is {}", quoted(text)))
            }
            (_, Some(maximum)) if number > maximum => {
                Err(format!("must be at most {maximum}, but is {}", quoted(text)))
            }
            _ => Ok(value),
        }
    }
}
