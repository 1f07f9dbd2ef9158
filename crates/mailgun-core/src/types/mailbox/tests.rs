use std::collections::HashSet;

use super::*;

const ADDRESSES: &[&str] = &[
    "a@b",
    "bob+tag@example.com",
    "BOB@Example.COM",
    "o'brien/x=y#1!@example.com",
    ".dots..are.tolerated.@example.com",
    "\"quoted, local <part> @\"@example.com",
    "\"esc\\\"aped\\\\\"@example.com",
    "用户@example.com",
    "x@xn--bcher-kva.example",
    "x@under_score.example",
];

fn nasty_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "",
        " ",
        "   ",
        "Bob",
        "Excited User",
        "Zoë Ünicode",
        "Doe, John",
        "Doe; John",
        "a:b",
        "J. R. R. Tolkien",
        "O'Brien",
        "6\" pipe",
        "\"",
        "\"\"",
        "\\",
        "\\\"",
        "back\\slash",
        "ends with \\",
        "(comment)",
        "un(balanced",
        "[list] x",
        "a <b@c>",
        "<",
        ">",
        "bob@example.com",
        "a, b <c@d>, e",
        "😀 emoji 👩‍👩‍👧",
        "名前",
        "名,前",
        " leading",
        "trailing ",
        "two  spaces",
        "=?UTF-8?Q?Zo=C3=AB?=",
        "a=b?c",
        "\u{a0}no-break\u{a0}",
        "\u{202e}bidi",
        "Ł\"ó\\d,ź;",
        "...",
        "-",
    ]
    .map(String::from)
    .into();
    names.push("long, ".repeat(2000));
    names.push("ü".repeat(5000));
    names
}

#[test]
fn what_is_formatted_parses_to_the_same() {
    let mut all = Vec::new();
    for name in nasty_names() {
        for address in ADDRESSES {
            let mailbox = Mailbox::with_name(&name, address).unwrap();
            assert_eq!(mailbox.address(), *address);
            assert_eq!(mailbox.name().unwrap_or_default(), name.trim());
            assert_eq!(format!("{}@{}", mailbox.local_part(), mailbox.domain()), *address);
            assert_eq!(mailbox.to_string(), mailbox.as_str());

            let parsed: Mailbox = mailbox.as_str().parse().unwrap();
            assert_eq!(parsed.as_str(), mailbox.as_str());
            assert_eq!((parsed.name(), parsed.address()), (mailbox.name(), mailbox.address()));
            assert_eq!(parsed, mailbox);

            let json = serde_json::to_string(&mailbox).unwrap();
            assert_eq!(serde_json::from_str::<Mailbox>(&json).unwrap(), mailbox);
            all.push(mailbox);
        }
    }
    let list: Vec<_> = all.iter().map(Mailbox::as_str).collect();
    assert_eq!(Mailbox::parse_list(&list.join(", ")).unwrap(), all);
    assert_eq!(Mailbox::parse_list(&list.join(",")).unwrap(), all);
    assert!(all.iter().collect::<HashSet<_>>().len() < all.len(), "blank names are the same");
}

#[test]
fn names_are_quoted_only_where_needed() {
    for (name, wire) in [
        ("Zoë Ünicode", "Zoë Ünicode <j@x.y>"),
        ("Excited User", "Excited User <j@x.y>"),
        ("O'Brien & Söhne!", "O'Brien & Söhne! <j@x.y>"),
        ("=?UTF-8?Q?Zo=C3=AB?=", "=?UTF-8?Q?Zo=C3=AB?= <j@x.y>"),
        ("Doe, John", "\"Doe, John\" <j@x.y>"),
        ("John Q. Doe", "\"John Q. Doe\" <j@x.y>"),
        ("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\" <j@x.y>"),
        ("  ", "j@x.y"),
    ] {
        assert_eq!(Mailbox::try_from((name, "j@x.y")).unwrap().to_string(), wire);
    }
}

#[test]
fn forms_that_people_write_are_understood() {
    for (text, name, address) in [
        ("a@b", None, "a@b"),
        ("  a@b ", None, "a@b"),
        ("<a@b>", None, "a@b"),
        ("Bob<a@b>", Some("Bob"), "a@b"),
        ("Bob < a@b >", Some("Bob"), "a@b"),
        ("\"Bob\" <a@b>", Some("Bob"), "a@b"),
        ("\"Doe\\, J\" Jr. <a@b>", Some("Doe, J Jr."), "a@b"),
        ("John (Work) [x] <a@b>", Some("John (Work) [x]"), "a@b"),
        ("\"\" <a@b>", None, "a@b"),
    ] {
        let mailbox = Mailbox::try_from(text).unwrap();
        assert_eq!((mailbox.name(), mailbox.address()), (name, address), "{text}");
    }
    assert!("用户@example.com".parse::<Mailbox>().is_ok_and(|it| !it.is_ascii_local()));
    assert!("ü <bob@example.com>".parse::<Mailbox>().is_ok_and(|it| it.is_ascii_local()));
}

#[test]
fn lists_tolerate_empty_entries_and_name_the_wrong_one() {
    assert_eq!(Mailbox::parse_list("").unwrap(), []);
    assert_eq!(Mailbox::parse_list(" , ,").unwrap(), []);
    assert_eq!(Mailbox::parse_list(",a@b,, <c@d> ,").unwrap().len(), 2);
    let error = Mailbox::parse_list("a@b, Doe, John <c@d>").unwrap_err().to_string();
    assert_eq!(error, "`mailbox #2` has no `@`");
    assert!(Mailbox::parse_list("a@b,\r\nc@d").is_err());
    assert!(Mailbox::parse_list("a@b,\n").is_err());
}

#[test]
fn faults_are_named_without_the_value() {
    let long_local = format!("{}@example.com", "x".repeat(65));
    let long = format!("secret@{}com", "example.".repeat(32));
    for (text, reason) in [
        ("", "empty"),
        (" ", "empty"),
        ("Secret <>", "empty"),
        ("secret", "no `@`"),
        ("\"secret@example.com\"", "no `@`"),
        ("@example.com", "before the `@`"),
        ("secret@", "after the `@`"),
        ("secret@a@b", "more than one"),
        ("secret@a;secret@b", "more than one"),
        ("secret one@example.com", "whitespace"),
        ("secret\u{a0}@example.com", "whitespace"),
        ("secret@a, other@b", "whitespace"),
        ("secret,x@example.com", "punctuation"),
        ("secret(x)@example.com", "punctuation"),
        ("sec\"ret\"@example.com", "quotes"),
        ("\"\"@example.com", "quotes"),
        ("\"secret@example.com", "not closed"),
        ("\"Secret <x@example.com>", "not closed"),
        ("Secret, Bob <x@example.com>", "without quotes"),
        ("secret@a Bob <x@example.com>", "without quotes"),
        ("Secret: Bob <x@example.com>", "without quotes"),
        ("Secret <x@a> <y@b>", "one pair"),
        ("Secret <x@a>; Other <y@b>", "one pair"),
        ("Secret <x@a> more", "one pair"),
        ("Secret <x@a", "one pair"),
        ("Secret >x@a<", "one pair"),
        ("secret@example.com\r\nBcc: x@y", "control"),
        ("secret@example.com\n", "control"),
        ("Sec\0ret <a@b>", "control"),
        ("Sec\u{85}ret <a@b>", "control"),
        ("secret@[192.0.2.1]", "IP literal"),
        ("secret@bücher.example", "xn--"),
        ("secret@example..com", "valid domain"),
        ("secret@-example.com", "valid domain"),
        ("secret@example.com.", "valid domain"),
        ("secret@exa/mple.com", "valid domain"),
        (&long_local, "64"),
        (&long, "254"),
    ] {
        let error = text.parse::<Mailbox>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text:?} gave {error}");
        assert!(!error.to_lowercase().contains("secret"), "{error}");
        let error = serde_json::from_value::<Mailbox>(text.into()).unwrap_err().to_string();
        assert!(!error.to_lowercase().contains("secret"), "{error}");
    }
    assert!(Mailbox::new("Bob <b@x>").unwrap_err().to_string().contains("parse"));
    assert!(Mailbox::with_name("Bob\r\nBcc: x@y", "b@x").is_err());
}

#[test]
fn debug_shows_nothing_personal() {
    let mailbox = Mailbox::with_name("Bob", "bob@example.com").unwrap();
    assert_eq!(format!("{mailbox:?}"), "Mailbox(..)");
    assert_eq!(format!("{:?}", vec![mailbox]), "[Mailbox(..)]");
}

#[test]
fn no_cut_or_garbled_text_panics() {
    let alphabet: Vec<char> = "a@.<>\"\\,;:()[] \té😀\u{a0}\0".chars().collect();
    let mut seed = 7_u64;
    for _ in 0..20_000 {
        let text: String = (0..12)
            .map(|_| {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                alphabet[(seed >> 33) as usize % alphabet.len()]
            })
            .collect();
        let _ = Mailbox::parse_list(&text);
        if let Ok(mailbox) = text.parse::<Mailbox>() {
            assert_eq!(mailbox.as_str().parse::<Mailbox>().unwrap(), mailbox, "{text:?}");
        }
    }
}
