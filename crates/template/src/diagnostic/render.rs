//! A problem as text for a person: the lines it is in, underlined, and what to do.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::source::{Source, Span};

/// Whether the terminal shows colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Appearance {
    /// No escape sequences.
    #[default]
    Plain,
    /// Colours by escape sequences.
    Coloured,
}

pub(super) fn render(source: &Source, problem: &Diagnostic, appearance: Appearance) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let path = source.path.display().to_string();
    let mut group = Group::with_title(level.primary_title(problem.message.as_str()).id(problem.code));
    group = match problem.place {
        Some(place) => group.element(snippet(source, problem, place).path(path)),
        None => group.element(Origin::path(path)),
    };
    for help in &problem.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match appearance {
        Appearance::Plain => Renderer::plain(),
        Appearance::Coloured => Renderer::styled(),
    };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

fn snippet<'a>(
    source: &'a Source,
    problem: &'a Diagnostic,
    place: Span,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let place = first_line(source, place);
    let label = match (&problem.resource, problem.label.as_str()) {
        (Some(resource), "") => format!("in `{resource}`"),
        (Some(resource), label) => format!("{label} (in `{resource}`)"),
        (None, label) => label.to_owned(),
    };
    let primary = AnnotationKind::Primary.span(place.start..place.end).label(label);
    let related = problem.related.iter().map(|related| {
        let place = first_line(source, related.place);
        AnnotationKind::Context.span(place.start..place.end).label(related.label.as_str())
    });
    Snippet::source(source.text.as_str()).annotation(primary).annotations(related)
}

/// A whole block underlined says less than its first line does.
fn first_line(source: &Source, place: Span) -> Span {
    let place = source.visible(place);
    let length = source.slice(place).find('\n').unwrap_or(place.end - place.start);
    source.visible(Span { start: place.start, end: place.start + length })
}
