//! The usual mailbox, recognised in one look at each byte. It says nothing of any other text.

use std::ops::Range;

use super::is_special;

/// Where the address is in `text`, if that is an address, or `name <address>` as it is sent.
#[inline]
pub(super) fn address_in(text: &str) -> Option<Range<usize>> {
    if text.as_bytes().ends_with(b">") {
        return address_after_name(text);
    }
    is_address(text).then_some(0..text.len())
}

fn address_after_name(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_suffix('>')?;
    let start = inner.bytes().position(|byte| byte == b'<')? + 1;
    let is_plain = is_name(text.get(..start)?.as_bytes()) && is_address(inner.get(start..)?);
    is_plain.then_some(start..inner.len())
}

/// Whether this is words with one space between them, and one and `<` after them.
fn is_name(text: &[u8]) -> bool {
    let Some(name) = text.strip_suffix(b" <") else { return false };
    let is_next = |before: &mut u8, byte: u8| match std::mem::replace(before, byte) {
        b' ' => byte != b' ' && IN_NAME[usize::from(byte)],
        _ => IN_NAME[usize::from(byte)],
    };
    let mut before = b' ';
    name.iter().all(|byte| is_next(&mut before, *byte)) && before != b' '
}

/// Spaces and letters that mean nothing else.
const IN_NAME: [bool; 256] = {
    let mut in_name = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        in_name[byte as usize] = !is_special(byte as char);
        byte += 1;
    }
    in_name
};

/// Whether `text` is an address: the letters of RFC 5322's `atext` and dots, `@`, a domain name.
pub(super) fn is_address(text: &str) -> bool {
    // No part of a short one is too long.
    const SHORT: usize = 64;
    let (blocks, rest) = text.as_bytes().as_chunks::<8>();
    // A block is a loop of known length, which the compiler unrolls.
    let read = blocks.iter().fold(NOTHING, |read, block| block.iter().fold(read, then));
    rest.iter().fold(read, then) & STATE == LABEL
        && (text.len() <= SHORT || has_parts_of_right_length(text))
}

/// Where the `@` of such an address is.
pub(super) fn position_of_at(address: &str) -> usize {
    address.bytes().position(|byte| byte == b'@').unwrap_or(address.len())
}

fn has_parts_of_right_length(address: &str) -> bool {
    let at = position_of_at(address);
    let mut labels = address[at..].split(['@', '.']);
    at <= 64 && address.len() <= 254 && labels.all(|label| label.len() <= 63)
}

// What has been read so far. A state is the place, in bits, of what follows it in `NEXT`.
const NOTHING: u64 = 0;
const LOCAL_PART: u64 = 6;
const AT_OR_DOT: u64 = 12;
const LABEL: u64 = 18;
const HYPHEN: u64 = 24;
const FAULT: u64 = 30;
/// The bits of a state; what is above them is not cleared on the way.
const STATE: u64 = 0x3f;

/// What has been read after one more byte.
fn then(read: u64, byte: &u8) -> u64 {
    NEXT[usize::from(*byte)] >> (read & STATE)
}

/// For each byte, what it makes of each state.
const NEXT: [u64; 256] = {
    let mut next = [0; 256];
    let mut at = 0;
    while at < next.len() {
        let byte = at as u8;
        let is_local = byte.is_ascii_graphic() && (byte == b'.' || !is_special(byte as char));
        let is_label = byte.is_ascii_alphanumeric() || byte == b'_';
        let in_local = match byte {
            _ if is_local => LOCAL_PART,
            b'@' => AT_OR_DOT,
            _ => FAULT,
        };
        let in_label = match byte {
            _ if is_label => LABEL,
            b'-' => HYPHEN,
            b'.' => AT_OR_DOT,
            _ => FAULT,
        };
        next[at] = (if is_local { LOCAL_PART } else { FAULT }) << NOTHING
            | in_local << LOCAL_PART
            | (if is_label { LABEL } else { FAULT }) << AT_OR_DOT
            | in_label << LABEL
            | (if byte == b'.' { FAULT } else { in_label }) << HYPHEN
            | FAULT << FAULT;
        at += 1;
    }
    next
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::domain_name;

    /// What an address of this kind is, said by other means.
    fn is_address_by_parts(text: &str) -> bool {
        let is_atext_or_dot = |c: char| c.is_ascii_graphic() && (c == '.' || !is_special(c));
        text.split_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && text.len() <= 254
                && local.chars().all(is_atext_or_dot)
                && domain_name::fault(domain).is_none()
        })
    }

    #[test]
    fn addresses_are_told_by_their_parts() {
        let part = |length| "x".repeat(length);
        for text in [
            "a@b".to_owned(),
            format!("{}@b", part(64)),
            format!("{}@b", part(65)),
            format!("a@{}.{}", part(63), part(63)),
            format!("a@{}.b", part(64)),
            format!("a@b.{}", part(64)),
            format!("a@{}.{}.{}.{}", part(63), part(63), part(63), part(60)),
            format!("a@{}.{}.{}.{}", part(63), part(63), part(63), part(61)),
        ] {
            assert_eq!(is_address(&text), is_address_by_parts(&text), "{text}");
        }
        let alphabet: Vec<char> = "aZ0@@.-_+<\" \u{7f}é".chars().collect();
        let (mut seed, mut addresses) = (7_u64, 0);
        let mut random = |below| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005);
            seed = seed.wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..200_000 {
            let length = random(12);
            let text: String = (0..length).map(|_| alphabet[random(alphabet.len())]).collect();
            assert_eq!(is_address(&text), is_address_by_parts(&text), "{text}");
            addresses += u32::from(is_address(&text));
        }
        assert!(addresses > 500, "{addresses}");
    }

    #[test]
    fn a_name_is_kept_only_if_it_is_sent_as_it_stands() {
        for (text, address) in [
            ("Bob <b@x>", Some("b@x")),
            ("Bob O'Brien & Sons! <b@x>", Some("b@x")),
            ("b@x", Some("b@x")),
            ("<b@x>", None),
            (" <b@x>", None),
            ("Bob<b@x>", None),
            ("Bob  <b@x>", None),
            ("A  B <b@x>", None),
            (" Bob <b@x>", None),
            ("Doe, J <b@x>", None),
            ("Zoë <b@x>", None),
            ("A <b <b@x>", None),
            ("Bob <b@x> ", None),
            ("Bob <b@x", None),
            ("Bob < b@x>", None),
        ] {
            assert_eq!(address_in(text).map(|range| &text[range]), address, "{text}");
        }
    }
}
