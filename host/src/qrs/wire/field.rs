//! Members that may be missing, null or of another type, without the whole row failing: what each of these means is
//! for the conversion to say.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text, a flag, or something else.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    #[default]
    Absent,
    Null,
    Text(Cow<'a, str>),
    Flag(bool),
    Other,
}

/// An object, or something else.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) enum Nested<T> {
    #[default]
    Absent,
    Null,
    Object(T),
    Other,
}

/// A list, or something else.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) enum List<T> {
    #[default]
    Absent,
    Null,
    Items(Vec<T>),
    Other,
}

impl Scalar<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// # Errors
    /// Says what is wrong with the member `name`.
    pub(super) fn required_text(&self, name: &str) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Absent => Err(format!("no field {name}")),
            Self::Null => Err(format!("the field {name} is null")),
            Self::Flag(_) | Self::Other => Err(format!("the field {name} is no text")),
        }
    }

    /// # Errors
    /// Says what is wrong with the member `name`.
    pub(super) fn required_flag(&self, name: &str) -> Result<bool, String> {
        match self {
            Self::Flag(flag) => Ok(*flag),
            Self::Absent => Err(format!("no field {name}")),
            Self::Null => Err(format!("the field {name} is null")),
            Self::Text(_) | Self::Other => Err(format!("the field {name} is neither true nor false")),
        }
    }
}

/// Reads a row, which must be an object: serde would take a list of the right length for one too.
pub(super) fn read_row<'a, T: Deserialize<'a>>(row: &'a [u8]) -> Result<T, String> {
    match serde_json::from_slice(row) {
        Ok(Nested::Object(row)) => Ok(row),
        Ok(_) => Err("it is no object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl<T> List<T> {
    /// The items. The server writes an empty list for none, so null is a doubt like any other.
    ///
    /// # Errors
    /// Says what is wrong with the member `name`.
    pub(super) fn required(self, name: &str) -> Result<Vec<T>, String> {
        match self {
            Self::Items(items) => Ok(items),
            Self::Null => Err(format!("the field {name} is null")),
            Self::Absent => Err(format!("no field {name}")),
            Self::Other => Err(format!("the field {name} is no list")),
        }
    }
}

/// Reads past whatever is inside of an array.
fn skip_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<(), A::Error> {
    while array.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads past whatever is inside of an object.
fn skip_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// The methods of a visitor for what is only noticed, not read.
macro_rules! otherwise {
    ($($method:ident: $kind:ty),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::Null)
        }

        $(fn $method<E>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(Self::Value::Other)
        })*
    };
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    otherwise!(visit_i64: i64, visit_u64: u64, visit_f64: f64);

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Scalar<'de>, A::Error> {
        skip_array(array).map(|()| Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Scalar<'de>, A::Error> {
        skip_object(object).map(|()| Scalar::Other)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct NestedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for NestedVisitor<T> {
    type Value = Nested<T>;

    otherwise!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Nested<T>, A::Error> {
        skip_array(array).map(|()| Nested::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Nested<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Nested::Object)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NestedVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    otherwise!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<List<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = array.next_element()? {
            items.push(item);
        }
        Ok(List::Items(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<List<T>, A::Error> {
        skip_object(object).map(|()| List::Other)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}
