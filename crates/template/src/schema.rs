//! Which properties a resource has, and of what type: resolved values against tables.
//!
//! An unknown property is a warning with the nearest known name, since AWS adds properties faster
//! than tables follow; a wrong type is an error, since AWS would refuse it.

mod cloudfront;
mod data;
mod globals;
mod serverless;

use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::resolve::Resolver;
use crate::value::{Data, Member, Value};

pub(crate) use self::globals::globals;

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Anything: kept as it is, or not looked at.
    Any,
    Text,
    Integer {
        minimum: i64,
        maximum: i64,
    },
    Number,
    Boolean,
    /// One of a closed list of texts.
    Choice(&'static [&'static str]),
    List(&'static Shape),
    Map(&'static Shape),
    Object(&'static [Property]),
    /// A single value of the first shape, or a collection of the second.
    Either(&'static Shape, &'static Shape),
}

/// One property of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// The properties of a type that the model has.
pub(crate) fn properties(resource_type: &str) -> Option<&'static [Property]> {
    serverless::properties(resource_type)
        .or_else(|| cloudfront::properties(resource_type))
        .or_else(|| data::properties(resource_type))
}

/// The properties of an event of that type.
pub(crate) fn event_properties(event_type: &str) -> Option<&'static [Property]> {
    serverless::event_properties(event_type)
}

/// The types of events that SAM knows.
pub(crate) fn event_types() -> impl Iterator<Item = &'static str> {
    serverless::EVENTS.iter().map(|(name, _)| *name)
}

/// Says of everything in `value` that it is not as `properties` has it.
pub(crate) fn check(resolver: &Resolver<'_>, value: &Value, properties: &[Property], what: &str) {
    for member in value.members() {
        match properties.iter().find(|property| property.name == member.name) {
            Some(property) => check_shape(resolver, &member.value, &property.shape, &member.name),
            None => resolver.report(unknown_property(member, properties, what)),
        }
    }
    for property in properties.iter().filter(|property| property.required) {
        if value.member(property.name).is_none() {
            let message = format!("{what} needs `{}`", property.name);
            resolver.report(Diagnostic::error("missing-property", message).at(value.span));
        }
    }
}

fn check_shape(resolver: &Resolver<'_>, value: &Value, shape: &Shape, name: &str) {
    if value.is_unknown() {
        return;
    }
    match shape {
        Shape::Any => {}
        Shape::Text if value.text().is_some() => {}
        Shape::Boolean if value.boolean().is_some() => {}
        Shape::Number if value.number().is_some() => {}
        Shape::Integer { minimum, maximum } => match value.integer() {
            Some(number) if (*minimum..=*maximum).contains(&number) => {}
            Some(number) => {
                let message = format!("`{name}` is {number}, but AWS takes {minimum} to {maximum}");
                resolver.report(Diagnostic::error("out-of-range", message).at(value.span));
            }
            None => wrong_type(resolver, value, shape, name),
        },
        Shape::Choice(choices) => check_choice(resolver, value, choices, name),
        Shape::List(inner) => match &value.data {
            Data::List(items) => {
                for item in items {
                    check_shape(resolver, item, inner, name);
                }
            }
            _ => wrong_type(resolver, value, shape, name),
        },
        Shape::Map(inner) => match &value.data {
            Data::Map(members) => {
                for member in members {
                    check_shape(resolver, &member.value, inner, &member.name);
                }
            }
            _ => wrong_type(resolver, value, shape, name),
        },
        Shape::Object(properties) => match &value.data {
            Data::Map(_) => check(resolver, value, properties, &format!("`{name}`")),
            _ => wrong_type(resolver, value, shape, name),
        },
        Shape::Either(single, collection) => match &value.data {
            Data::Text { .. } => check_shape(resolver, value, single, name),
            _ => check_shape(resolver, value, collection, name),
        },
        Shape::Text | Shape::Boolean | Shape::Number => wrong_type(resolver, value, shape, name),
    }
}

fn check_choice(resolver: &Resolver<'_>, value: &Value, choices: &[&str], name: &str) {
    match value.text() {
        Some(text) if choices.contains(&text) => {}
        Some(text) => {
            let message = format!("`{name}` cannot be `{text}`");
            let problem = Diagnostic::error("not-allowed", message).at(value.span);
            resolver.report(match nearest(text, choices.iter().copied()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("it is one of {}", choices.join(", "))),
            });
        }
        None => wrong_type(resolver, value, &Shape::Text, name),
    }
}

fn wrong_type(resolver: &Resolver<'_>, value: &Value, shape: &Shape, name: &str) {
    let expected = match shape {
        Shape::Any => "anything",
        Shape::Text | Shape::Choice(_) => "a text",
        Shape::Integer { .. } => "a whole number",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Object(_) => "a map",
        Shape::Either(..) => "a text or a map",
    };
    let message = format!("`{name}` should be {expected}, but is {}", value.description());
    let problem = Diagnostic::error("wrong-type", message).at(value.span);
    resolver.report(match (shape, &value.data) {
        (Shape::List(_), Data::Text { .. }) => problem.help("begin it with `- `, even if there is only one"),
        (Shape::Text, Data::List(items)) if items.len() == 1 => problem.help("leave out the `- `"),
        _ => problem,
    });
}

fn unknown_property(member: &Member, properties: &[Property], what: &str) -> Diagnostic {
    let message = format!("unknown property `{}` of {what}", member.name);
    let problem = Diagnostic::warning("unknown-property", message).at(member.name_span);
    let names = properties.iter().map(|property| property.name);
    match nearest(&member.name, names.clone()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if properties.len() <= 12 => {
            problem.help(format!("it has {}", names.collect::<Vec<_>>().join(", ")))
        }
        None => problem.help("Davy passes it over; AWS refuses the template if it does not know it either"),
    }
}

// === For the tables ===

const fn optional(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: false }
}

const fn required(name: &'static str, shape: Shape) -> Property {
    Property { name, shape, required: true }
}

const fn integer(minimum: i64, maximum: i64) -> Shape {
    Shape::Integer { minimum, maximum }
}

const TEXT: Shape = Shape::Text;
const BOOLEAN: Shape = Shape::Boolean;
const ANY: Shape = Shape::Any;
const TEXTS: Shape = Shape::List(&Shape::Text);
const TEXT_MAP: Shape = Shape::Map(&Shape::Text);
const SECONDS: Shape = integer(0, i64::MAX);
