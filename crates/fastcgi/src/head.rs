//! The head of a CGI response: status and header fields, in front of the body.

/// A response's head, borrowed from the bytes it was read from.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// What `Status:` says; absent means 200.
    pub status: Option<u16>,
    /// The other fields, in their order, repeated ones too.
    pub fields: Vec<Field<'a>>,
}

/// One header field. Neither part need be UTF-8: PHP sends what the script gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as it was sent.
    pub name: &'a [u8],
    /// The value without the spaces around it.
    pub value: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads the lines of a head, with or without the empty one that ends it.
    ///
    /// A line without a colon is no field and is passed over, as web servers do.
    pub fn parse(lines: &'a [u8]) -> Self {
        let mut head = Self::default();
        for line in lines.split(|&byte| byte == b'\n') {
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            if name.eq_ignore_ascii_case(b"status") {
                head.status = status(value).or(head.status);
            } else if !name.is_empty() {
                head.fields.push(Field { name, value });
            }
        }
        head
    }
}

/// Looks for the end of a head in a response that comes in pieces, each byte looked at once.
#[derive(Debug, Default)]
pub struct HeadSearch {
    /// Where the first line begins that isn't known to be a field.
    line_start: usize,
}

impl HeadSearch {
    /// Where the body begins in `response`, which is all that has come so far, or `None` if the head
    /// isn't whole yet. Lines may end in CR LF or LF alone; an empty first line is an empty head.
    pub fn body_start(&mut self, response: &[u8]) -> Option<usize> {
        while let Some(length) = response[self.line_start..].iter().position(|&byte| byte == b'\n') {
            let line = &response[self.line_start..self.line_start + length];
            self.line_start += length + 1;
            if matches!(line, b"" | b"\r") {
                return Some(self.line_start);
            }
        }
        // What follows the last line end is looked at again: it's searched for one byte only.
        None
    }

    /// Where the body begins in a response that is complete. One that never had an empty line is all
    /// body: a script may end its output before its first header line, and nothing of it is lost.
    pub fn body_start_at_end(&mut self, response: &[u8]) -> usize {
        self.body_start(response).unwrap_or(0)
    }
}

fn status(value: &[u8]) -> Option<u16> {
    let digits = value.get(..3)?;
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (100..=999).contains(&number).then_some(number)
}

/// Finds and reads the head in arbitrary bytes, whole and byte by byte.
///
/// # Panics
/// If the two differ: that is what it looks for.
pub fn fuzz_head(data: &[u8]) {
    let whole = HeadSearch::default().body_start(data);
    let mut search = HeadSearch::default();
    let in_pieces = (0..=data.len()).find_map(|length| search.body_start(&data[..length]));
    assert_eq!(whole, in_pieces, "the cut of the input moved the body");
    let head = Head::parse(&data[..whole.unwrap_or(data.len())]);
    for field in head.fields {
        assert!(!field.name.is_empty() && !field.name.contains(&b'\n') && !field.value.contains(&b'\n'));
    }
}

#[cfg(test)]
mod tests;
