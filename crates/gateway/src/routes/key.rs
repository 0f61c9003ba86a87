//! One route key: `GET /users/{id}` as something that can be compared with a path.

use std::cmp::Ordering;

use events::front_end::{PathParameter, percent_decoded};

/// A parsed route key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    method: Method,
    path: Path,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Method {
    One(String),
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Path {
    Segments(Vec<Segment>),
    /// `$default`
    Default,
}

/// What stands between two slashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    /// Exactly this, decoded.
    Literal(String),
    /// `{name}`: any one segment.
    Variable(String),
    /// `{name+}`: all that is left, one segment at least.
    Greedy(String),
}

impl Key {
    /// Reads `$default`, or method and path.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "$default" {
            return Ok(Self { method: Method::Any, path: Path::Default });
        }
        let (method, path) = text.split_once(' ').ok_or_else(|| {
            "expected `$default`, or a method, a space and a path: `ANY /{proxy+}`".to_owned()
        })?;
        let method = match method {
            "ANY" => Method::Any,
            known if METHODS.contains(&known) => Method::One(known.to_owned()),
            other => {
                return Err(format!("expected ANY or one of {}, found `{other}`", METHODS.join(", ")));
            }
        };
        let rest = path
            .strip_prefix('/')
            .ok_or_else(|| format!("expected a path that begins with `/`, found `{path}`"))?;
        let segments = rest.split('/').map(Segment::parse).collect::<Result<Vec<_>, _>>()?;
        let before_last = &segments[..segments.len() - 1];
        if before_last.iter().any(|segment| matches!(segment, Segment::Greedy(_))) {
            return Err(
                "a greedy variable (`{name+}`) takes all that is left, so it can only come last".to_owned()
            );
        }
        let names: Vec<&str> = segments.iter().filter_map(Segment::variable).collect();
        if let Some(name) =
            names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name))
        {
            return Err(format!("the variable `{name}` is there twice"));
        }
        Ok(Self { method, path: Path::Segments(segments) })
    }

    /// Which of two keys is asked first: no greedy variable before one, then segment by segment
    /// literal before variable, then a method before ANY; `$default` last of all.
    ///
    /// Source: API Gateway developer guide, "routing API requests".
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        let by_path = match (&self.path, &other.path) {
            (Path::Default, Path::Default) => Ordering::Equal,
            (Path::Default, _) => Ordering::Greater,
            (_, Path::Default) => Ordering::Less,
            (Path::Segments(one), Path::Segments(other)) => {
                let ranks = one.iter().map(Segment::rank).cmp(other.iter().map(Segment::rank));
                // The rest keeps keys of one path together.
                greedy(one).cmp(&greedy(other)).then(ranks).then_with(|| one.cmp(other))
            }
        };
        by_path.then_with(|| self.method.cmp(&other.method))
    }

    pub(crate) fn has_path_of(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// `ANY`, or the one that it takes.
    pub(crate) fn method(&self) -> &str {
        match &self.method {
            Method::Any => "ANY",
            Method::One(known) => known,
        }
    }

    pub(crate) fn takes(&self, method: &str) -> bool {
        match &self.method {
            Method::Any => true,
            Method::One(known) => known == method,
        }
    }

    /// The variables if `path` matches.
    pub(crate) fn match_path<'a>(&'a self, path: &'a str) -> Option<Vec<PathParameter<'a>>> {
        let Path::Segments(segments) = &self.path else { return Some(Vec::new()) };
        let mut parameters = Vec::new();
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in segments {
            let left = rest?;
            let (text, after) = match left.split_once('/') {
                Some((text, after)) => (text, Some(after)),
                None => (left, None),
            };
            match segment {
                Segment::Literal(literal) if percent_decoded(text) == literal.as_str() => rest = after,
                Segment::Variable(name) if !text.is_empty() => {
                    parameters.push(PathParameter { name, value: text });
                    rest = after;
                }
                Segment::Greedy(name) if !left.is_empty() => {
                    parameters.push(PathParameter { name, value: left });
                    rest = None;
                }
                _ => return None,
            }
        }
        rest.is_none().then_some(parameters)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let Some(inside) = text.strip_prefix('{') else {
            if text.contains(['{', '}']) {
                return Err(format!("a variable is a whole segment, as in `/{{id}}`; found `{text}`"));
            }
            return Ok(Self::Literal(percent_decoded(text).into_owned()));
        };
        let name = inside.strip_suffix('}').ok_or_else(|| format!("`{text}` lacks its closing brace"))?;
        let (name, greedy) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if name.is_empty() || name.contains(['{', '}', '+']) {
            return Err(format!("expected a name in the braces of `{text}`"));
        }
        Ok(if greedy { Self::Greedy(name.to_owned()) } else { Self::Variable(name.to_owned()) })
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Variable(_) => 1,
            Self::Greedy(_) => 2,
        }
    }

    fn variable(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Variable(name) | Self::Greedy(name) => Some(name),
        }
    }
}

fn greedy(segments: &[Segment]) -> bool {
    matches!(segments.last(), Some(Segment::Greedy(_)))
}

/// Those that an HTTP API's route can name.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
