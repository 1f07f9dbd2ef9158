//! Reads an address list by character or by byte: quoted, in a comment, or plain.

use super::Reason;

/// The role of a character (RFC 5322 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Plain text or a separator.
    Bare,
    /// Inside quotes.
    Quoted,
    /// Inside a comment. Comments may be nested.
    Comment,
    /// The `(` of an outermost comment.
    CommentStart,
    /// Its `)`.
    CommentEnd,
    /// A quote around text or a backslash before a character. Not part of the value.
    Mark,
}

/// Reads a text and tracks quotes and comments. Its separators are ASCII, so it takes the bytes of
/// UTF-8 as well as the characters.
#[derive(Default)]
pub(super) struct Reader {
    is_quoted: bool,
    is_escaped: bool,
    comments: usize,
}

impl Reader {
    pub(super) fn read(&mut self, character: impl Into<char>) -> Place {
        let is_escaped = std::mem::take(&mut self.is_escaped);
        match character.into() {
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

    /// Returns an error if the text ends inside quotes or a comment.
    pub(super) fn finish(&self) -> Result<(), Reason> {
        match self {
            Self { is_quoted: true, .. } => Err("has a quote that is not closed"),
            Self { comments: 1.., .. } => Err("has a comment that is not closed"),
            _ => Ok(()),
        }
    }
}
