//! A request's query parameters, decoded.

use crate::error::{INVALID_ARGUMENT, S3Error};

/// The parameters in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let decode = |text: &str| {
            let text = text.replace('+', " ");
            percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
        };
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self { pairs: pairs.collect() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter that must be a number of 0 or more, if it is there.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<usize>, S3Error> {
        let Some(text) = self.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let parsed = text.parse::<u32>().ok().and_then(|number| usize::try_from(number).ok());
        parsed.map(Some).ok_or_else(|| {
            S3Error::because(INVALID_ARGUMENT, format!("{name} must be a whole number of 0 or more"))
                .with("ArgumentName", name)
                .with("ArgumentValue", text)
        })
    }
}
