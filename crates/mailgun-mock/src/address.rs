//! Splits address lists and checks each mailbox.
//!
//! This is stricter than Mailgun, which silently drops recipients whose display name has an
//! unquoted comma, semicolon or parenthesis. Here such a mailbox is invalid.

const SPECIALS: &[char] = &['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '"'];

/// Splits at the commas that are outside quoted strings and angle brackets.
pub(crate) fn split_list(list: &str) -> Vec<&str> {
    let (mut quoted, mut escaped, mut angled) = (false, false, false);
    list.split(|c: char| {
        let separates = c == ',' && !quoted && !angled;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => angled = true,
            '>' if !quoted => angled = false,
            _ => {}
        }
        separates
    })
    .map(str::trim)
    .collect()
}

/// The bare address of `Name <local@domain>` or `local@domain`, if it is valid.
pub(crate) fn bare(mailbox: &str) -> Option<&str> {
    if mailbox.contains(char::is_control) {
        return None;
    }
    let mailbox = mailbox.trim();
    let address = match mailbox.strip_suffix('>') {
        None => mailbox,
        Some(rest) => {
            let (name, address) = rest.rsplit_once('<')?;
            is_phrase(name).then_some(address)?
        }
    };
    let (local, domain) = address.rsplit_once('@')?;
    (is_local(local) && is_domain(domain)).then_some(address)
}

/// The display name of a mailbox without its quotes; empty if there is none.
pub(crate) fn display_name(mailbox: &str) -> String {
    let name = mailbox.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    let name = name.map_or("", |(name, _)| name.trim());
    let quoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.map_or(name.to_owned(), |name| name.replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn is_phrase(name: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for c in name.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted && SPECIALS.contains(&c) => return false,
            _ => {}
        }
    }
    !quoted
}

fn is_local(local: &str) -> bool {
    if local.len() > 2 && local.starts_with('"') {
        return local.ends_with('"') && is_phrase(local);
    }
    local.split('.').all(|atom| {
        !atom.is_empty() && !atom.contains(|c: char| c.is_whitespace() || SPECIALS.contains(&c))
    })
}

/// Whether this can be the name of a domain.
pub(crate) fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_split_only_outside_quotes_and_brackets() {
        assert_eq!(
            split_list(r#""Doe, \"J,\" Jane" <jane@a.com>, joe@b.com,Ann <"x,y"@c.com>"#),
            [r#""Doe, \"J,\" Jane" <jane@a.com>"#, "joe@b.com", r#"Ann <"x,y"@c.com>"#],
        );
        assert_eq!(split_list("a@b.com,"), ["a@b.com", ""]);
    }

    #[test]
    fn valid_mailboxes_give_their_bare_address() {
        for (mailbox, address) in [
            ("bob@host.com", "bob@host.com"),
            ("Bob <bob@host.com>", "bob@host.com"),
            (r#""Doe, Jane (x)" <jane+tag@host.com>"#, "jane+tag@host.com"),
            ("Zoë Ünal <zoe@xn--nal-goa.de>", "zoe@xn--nal-goa.de"),
            ("<a.b@localhost>", "a.b@localhost"),
            (r#""odd local"@host.com"#, r#""odd local"@host.com"#),
        ] {
            assert_eq!(bare(mailbox), Some(address), "{mailbox}");
        }
    }

    #[test]
    fn display_names_have_no_quotes() {
        for (mailbox, name) in [
            ("bob@host.com", ""),
            ("Bob Smith <bob@host.com>", "Bob Smith"),
            (r#""Doe, \"J\" Jane" <jane@host.com>"#, r#"Doe, "J" Jane"#),
        ] {
            assert_eq!(display_name(mailbox), name, "{mailbox}");
        }
    }

    #[test]
    fn invalid_mailboxes_are_refused() {
        for mailbox in [
            "",
            "bob",
            "bob@",
            "@host.com",
            "bob@host..com",
            "bob@@host.com",
            "bo b@host.com",
            ".bob@host.com",
            "Doe, Jane <jane@host.com>",
            "Jane (home) <jane@host.com>",
            "\"Jane <jane@host.com>",
            "jane@host.com>",
            "bob@host.com\r\nBcc: eve@host.com",
        ] {
            assert_eq!(bare(mailbox), None, "{mailbox}");
        }
    }
}
