use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The largest integer that every JSON library reads exactly; above it, decimal strings.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// A field's value. Everything a node has at hand turns into one.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// Not known: the field is left out.
    Absent,
    /// A truth.
    Bool(bool),
    /// An integer; above 2^53-1 it travels as a decimal string.
    Whole(u64),
    /// An integer below zero.
    Negative(i64),
    /// A number. What is not finite is left out as text that the sidecar refuses and counts.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A text that was made for the occasion.
    Owned(String),
    /// Texts, such as signers.
    List(Vec<&'a str>),
    /// JSON as it is, for what the others cannot say: validators, labels.
    Json(String),
}

impl Value<'_> {
    pub(crate) fn write(&self, out: &mut String) {
        // Writing into a String cannot fail.
        let _ = match self {
            Value::Absent => write!(out, "null"),
            Value::Bool(value) => write!(out, "{value}"),
            Value::Whole(value) if *value > MAX_EXACT => write!(out, "\"{value}\""),
            Value::Whole(value) => write!(out, "{value}"),
            Value::Negative(value) => write!(out, "{value}"),
            Value::Number(value) if value.is_finite() => write!(out, "{value}"),
            Value::Number(value) => write!(out, "\"{value}\""),
            Value::Text(value) => return escape(out, value),
            Value::Owned(value) => return escape(out, value),
            Value::List(values) => return list(out, values),
            Value::Json(value) => write!(out, "{value}"),
        };
    }
}

fn list(out: &mut String, values: &[&str]) {
    out.push('[');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        escape(out, value);
    }
    out.push(']');
}

/// Writes a JSON string.
pub(crate) fn escape(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

macro_rules! from {
    ($($given:ty => |$value:ident| $made:expr),* $(,)?) => {
        $(impl<'a> From<$given> for Value<'a> {
            fn from($value: $given) -> Self {
                $made
            }
        })*
    };
}

from! {
    bool => |value| Value::Bool(value),
    u8 => |value| Value::Whole(value.into()),
    u16 => |value| Value::Whole(value.into()),
    u32 => |value| Value::Whole(value.into()),
    u64 => |value| Value::Whole(value),
    usize => |value| Value::Whole(value as u64),
    i32 => |value| i64::from(value).into(),
    i64 => |value| u64::try_from(value).map_or(Value::Negative(value), Value::Whole),
    f64 => |value| Value::Number(value),
    &'a str => |value| Value::Text(value),
    &'a String => |value| Value::Text(value),
    String => |value| Value::Owned(value),
    Vec<&'a str> => |value| Value::List(value),
    Duration => |value| Value::Number(value.as_nanos() as f64 / 1_000.0),
    SystemTime => |value| Value::Whole(
        value.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
    ),
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Absent, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json<'a>(value: impl Into<Value<'a>>) -> String {
        let mut out = String::new();
        value.into().write(&mut out);
        out
    }

    #[test]
    fn says_values_as_the_protocol_wants_them() {
        assert_eq!(json(u64::MAX), "\"18446744073709551615\"");
        assert_eq!(json(-5i64), "-5");
        assert_eq!(json(Duration::from_nanos(1500)), "1.5");
        assert_eq!(json("a\"\\\n\u{1}é"), "\"a\\\"\\\\\\n\\u0001é\"");
        assert_eq!(json(vec!["v1", "v2"]), "[\"v1\",\"v2\"]");
        assert_eq!(json(f64::NAN), "\"NaN\"");
    }
}
