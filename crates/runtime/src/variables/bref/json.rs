//! JSON as PHP's `json_encode` writes what its `json_decode` has read.

use std::fmt::{self, Write as _};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Writes JSON once more, PHP's way; what is no JSON becomes the empty list.
pub(super) fn php(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 32);
    match serde_json::from_str::<Node>(json) {
        Ok(node) => node.write(&mut out),
        Err(_) => out.push_str("[]"),
    }
    out
}

/// A value with its members in their order, which `serde_json::Value` doesn't keep.
enum Node {
    Plain(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    fn write(&self, out: &mut String) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => write_text(out, text),
            Self::List(items) => write_list(out, items.iter()),
            // An array whose keys count up from 0 is a list to PHP, and so is an empty one.
            Self::Map(members)
                if members.iter().enumerate().all(|(index, (key, _))| *key == index.to_string()) =>
            {
                write_list(out, members.iter().map(|(_, node)| node));
            }
            Self::Map(members) => {
                let mut separator = '{';
                for (key, node) in members {
                    out.push(separator);
                    separator = ',';
                    write_text(out, key);
                    out.push(':');
                    node.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_list<'a>(out: &mut String, items: impl Iterator<Item = &'a Node>) {
    out.push('[');
    for (index, node) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        node.write(out);
    }
    out.push(']');
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='\u{7f}' => out.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// A floating-point number as PHP writes it: shortest digits, no fraction that is zero, an exponent
/// from 10^15 on where the digits end before it.
fn float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..17).contains(&exponent) {
        return number.to_string();
    }
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    format!("{digits}e{exponent:+}")
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Plain(truth.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Plain(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        // Beyond PHP's integers a number is a floating-point one.
        #[expect(clippy::cast_precision_loss, reason = "as PHP does")]
        Ok(Node::Plain(if i64::try_from(number).is_ok() { number.to_string() } else { float(number as f64) }))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Plain(float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Plain("null".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        while let Some((key, node)) = map.next_entry::<String, Node>()? {
            match members.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = node,
                None => members.push((key, node)),
            }
        }
        Ok(Node::Map(members))
    }
}
