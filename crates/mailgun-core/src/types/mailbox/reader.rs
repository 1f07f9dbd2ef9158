//! What the characters of an address list are: quoted, in a comment, or what they look like.

use super::Reason;

/// What a character is by its place (RFC 5322 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It stands for itself, or separates things.
    Bare,
    /// Inside of quotes.
    Quoted,
    /// Inside of a comment, which may hold others.
    Comment,
    /// The `(` of a comment that is in no other.
    CommentStart,
    /// Its `)`.
    CommentEnd,
    /// A quote around text, or a backslash before a character: not a part of what is meant.
    Mark,
}

/// Reads a text character by character, and knows where it is.
#[derive(Default)]
pub(super) struct Reader {
    is_quoted: bool,
    is_escaped: bool,
    comments: usize,
}

impl Reader {
    pub(super) fn read(&mut self, character: char) -> Place {
        let is_escaped = std::mem::take(&mut self.is_escaped);
        match character {
            _ if is_escaped => {}
            '\\' if self.is_quoted || self.is_in_comment() => {
                self.is_escaped = true;
                return Place::Mark;
            }
            '"' if !self.is_in_comment() => {
                self.is_quoted = !self.is_quoted;
                return Place::Mark;
            }
            '(' if !self.is_quoted => {
                self.comments = self.comments.saturating_add(1);
                if self.comments == 1 {
                    return Place::CommentStart;
                }
            }
            ')' if self.is_in_comment() => {
                self.comments -= 1;
                if self.comments == 0 {
                    return Place::CommentEnd;
                }
            }
            _ => {}
        }
        match self {
            Self { is_quoted: true, .. } => Place::Quoted,
            Self { comments: 1.., .. } => Place::Comment,
            _ => Place::Bare,
        }
    }

    pub(super) fn is_in_comment(&self) -> bool {
        self.comments > 0
    }

    /// Refuses a text that ends inside of something.
    pub(super) fn finish(&self) -> Result<(), Reason> {
        match self {
            Self { is_quoted: true, .. } => Err("has a quote that is not closed"),
            Self { comments: 1.., .. } => Err("has a comment that is not closed"),
            _ => Ok(()),
        }
    }
}
