//! Text with times, ports and identifiers → the same text with a word for each, so that two runs compare equal.

use std::iter::Peekable;
use std::str::Chars;

/// Masks what differs between two runs: each run of digits becomes `N`, each run of eight or more hex digits `ID`.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.peek().copied() {
        if next.is_ascii_alphanumeric() {
            out.push_str(&mask_word(&take_word(&mut rest)));
        } else {
            out.push(next);
            rest.next();
        }
    }
    out
}

fn take_word(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut word = String::new();
    while let Some(character) = rest.next_if(char::is_ascii_alphanumeric) {
        word.push(character);
    }
    word
}

fn mask_word(word: &str) -> String {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return "ID".to_owned();
    }
    let mut out = String::new();
    let mut in_number = false;
    for character in word.chars() {
        let digit = character.is_ascii_digit();
        if !digit {
            out.push(character);
        } else if !in_number {
            out.push('N');
        }
        in_number = digit;
    }
    out
}

#[cfg(test)]
mod tests;
