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
fn display_and_parse_make_a_round_trip() {
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
fn an_invisible_character_in_an_address_is_an_error_that_names_it() {
    for character in ["\u{200b}", "\u{2060}", "\u{feff}", "\u{200e}", "\u{202c}", "\u{ad}"] {
        for address in [
            format!("{character}bob@example.com"),
            format!("bo{character}b@example.com"),
            format!("bob@example.com{character}"),
            format!("\"b{character}\"@example.com"),
        ] {
            for result in [
                Mailbox::new(&address),
                Mailbox::with_name("Bob", &address),
                format!("Bob <{address}>").parse(),
            ] {
                let error = result.unwrap_err().to_string();
                assert!(error.contains("invisible character"), "{error}");
            }
        }
        let name = format!("Zo{character}ë");
        assert_eq!(Mailbox::with_name(&name, "z@x.y").unwrap().name(), Some(&*name));
    }
}

#[test]
fn an_address_that_decodes_or_normalizes_to_another_one_is_an_error() {
    for (address, reason) in [
        ("=?utf-8?q?eve=40evil.example=3e=00?=@example.com", "encoded word"),
        ("bob=?x?b?QA==?=@example.com", "encoded word"),
        ("\"=?utf-8?q?eve=40evil.example?=\"@example.com", "encoded word"),
        ("eve\u{ff20}evil.example@example.com", "full-width"),
        ("eve\u{fe6b}evil.example@example.com", "full-width"),
        ("eve\u{ff0c}bob@example.com", "full-width"),
        ("\"eve\u{ff1e}\"@example.com", "full-width"),
    ] {
        for result in [Mailbox::new(address), format!("Bob <{address}>").parse()] {
            let error = result.unwrap_err().to_string();
            assert!(error.contains(reason), "{address}: {error}");
        }
    }
    for address in ["a=?b@example.com", "a?=b=?@example.com", "田中@example.com", "ａｂ@x.test"]
    {
        assert!(Mailbox::new(address).is_ok(), "{address}");
    }
    let name = "\u{ff2a}\u{ff0e} =?utf-8?q?a?=";
    assert_eq!(Mailbox::with_name(name, "j@x.y").unwrap().name(), Some(name));
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
fn common_forms_are_parsed() {
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
        // Comments.
        ("root@host (Cron Daemon)", Some("Cron Daemon"), "root@host"),
        ("root@host(Cron Daemon)", Some("Cron Daemon"), "root@host"),
        ("(Cron (the) Daemon) root@host", Some("Cron (the) Daemon"), "root@host"),
        (r"root@host (a \) b, c: d; <e@f> \(g)", Some("a ) b, c: d; <e@f> (g"), "root@host"),
        ("root@host (it's \"odd)", Some("it's \"odd"), "root@host"),
        ("root@host (a) (b)", Some("a b"), "root@host"),
        ("root@host ()", None, "root@host"),
        ("Bob <(work) a@b (office)>", Some("Bob"), "a@b"),
        ("Bob <a@b> (work)", Some("Bob"), "a@b"),
        ("<a@b> (Bob)", Some("Bob"), "a@b"),
        ("\"Bob (x\" <a@b>", Some("Bob (x"), "a@b"),
        ("Bob (Sales, a@b: 6\") <a@b>", Some("Bob (Sales, a@b: 6\")"), "a@b"),
        // The name is the address.
        ("bob@x <bob@x>", Some("bob@x"), "bob@x"),
        ("Bob@X.example <bob@x.example>", Some("Bob@X.example"), "bob@x.example"),
        ("'bob@x' <bob@x>", Some("'bob@x'"), "bob@x"),
        ("\"other@y\" <bob@x>", Some("other@y"), "bob@x"),
        // Copied from a header.
        ("a@b\r\n", None, "a@b"),
        ("Bob <a@b>\n", Some("Bob"), "a@b"),
        ("Excited\r\n User\r\n\t<a@b>\r\n", Some("Excited User"), "a@b"),
        ("\"Doe,\n John\" <a@b>", Some("Doe, John"), "a@b"),
        ("Bob\t<a@b>", Some("Bob"), "a@b"),
    ] {
        let mailbox = Mailbox::try_from(text).unwrap();
        assert_eq!((mailbox.name(), mailbox.address()), (name, address), "{text}");
    }
    assert!("用户@example.com".parse::<Mailbox>().is_ok_and(|it| !it.is_ascii_local()));
    assert!("ü <bob@example.com>".parse::<Mailbox>().is_ok_and(|it| it.is_ascii_local()));
}

#[test]
fn lists_skip_empty_entries_and_errors_name_the_invalid_one() {
    assert_eq!(Mailbox::parse_list("").unwrap(), []);
    assert_eq!(Mailbox::parse_list(" , ,").unwrap(), []);
    assert_eq!(Mailbox::parse_list(",a@b,, <c@d> ,").unwrap().len(), 2);
    let error = Mailbox::parse_list("a@b, Doe, John <c@d>").unwrap_err().to_string();
    assert_eq!(error, "`mailbox #2` has no `@`");
    assert!(Mailbox::parse_list("a@b,\r\nc@d").is_err());
    assert_eq!(Mailbox::parse_list("a@b,\r\n").unwrap().len(), 1);
    assert_eq!(Mailbox::parse_list("a@b,\r\n\tc@d\r\n").unwrap().len(), 2);
}

#[test]
fn lists_are_split_at_commas_between_mailboxes() {
    for (list, addresses) in [
        ("a@b (x, y), c@d", &["a@b", "c@d"][..]),
        ("\"A, B\" <a@b>, C (d, e) <c@d>", &["a@b", "c@d"]),
        ("friends: a@b, C <c@d>;, e@f", &["a@b", "c@d", "e@f"]),
        ("friends: a@b; others: c@d;", &["a@b", "c@d"]),
        ("friends (old: ones;): a@b, c@d", &["a@b", "c@d"]),
        ("undisclosed-recipients:;", &[]),
        ("undisclosed recipients:", &[]),
    ] {
        let mailboxes = Mailbox::parse_list(list).unwrap();
        let found: Vec<_> = mailboxes.iter().map(Mailbox::address).collect();
        assert_eq!(found, addresses, "{list}");
    }
    for (list, reason) in [
        ("a@b; c@d", "`mailbox #1`"),
        ("a@b, c@d: e@f", "`mailbox #2`"),
        ("x: a@b, y: c@d", "`mailbox #2`"),
        ("a@b, c@d (x", "comment that is not closed"),
        ("a@b, \"c@d", "quote that is not closed"),
    ] {
        let error = Mailbox::parse_list(list).unwrap_err().to_string();
        assert!(error.contains(reason), "{list}: {error}");
    }
}

#[test]
fn a_local_part_may_be_longer_than_in_rfc_5321() {
    for length in [65, 128, 242] {
        let address = format!("{}@example.com", "x".repeat(length));
        assert_eq!(Mailbox::new(&address).unwrap().address(), address);
        assert_eq!(address.parse::<Mailbox>().unwrap().local_part().len(), length);
    }
    let error = Mailbox::new(format!("{}@example.com", "x".repeat(243))).unwrap_err();
    assert!(error.to_string().contains("254"), "{error}");
}

#[test]
fn separate_names_and_addresses_are_unfolded() {
    let mailbox = Mailbox::with_name("Excited\r\n\tUser\r\n", "a@b\n").unwrap();
    assert_eq!(mailbox.as_str(), "Excited User <a@b>");
    for name in
        ["\rBob", "\nBob", "\r\nBob", "Bob\r\nBcc: x@y", "Bob\r\n\r\n x", "Bob\r x", "Bob\n\r\n x"]
    {
        let error = Mailbox::with_name(name, "a@b").unwrap_err().to_string();
        assert!(error.contains("control"), "{name:?}: {error}");
    }
}

#[test]
fn other_control_characters_are_errors() {
    for (text, expected) in [
        ("", ""),
        ("as it is", "as it is"),
        ("a\r\n b", "a b"),
        ("a\n b", "a b"),
        ("a \r\n\t b\r\n", "a   b"),
        ("a\r\n \r\n b", "a  b"),
        ("a\tb", "a b"),
        ("a\r\n\r\n", "a"),
        ("a\r\nb", "a\r\nb"),
        ("a\r b", "a\r b"),
        ("a\r\r\n b", "a\r b"),
    ] {
        assert_eq!(unfold(text), expected, "{text:?}");
    }
}

/// A quadratic parser would take minutes.
#[test]
fn long_texts_are_parsed_in_linear_time() {
    for piece in ["(", "((x)", "\"\\", "<", "a@b: ", "x: ", ";:", "\r\n ", "@", ",(,", "\n"] {
        let text = piece.repeat(50_000);
        let start = std::time::Instant::now();
        let _ = Mailbox::parse_list(&text);
        let _ = text.parse::<Mailbox>();
        let _ = Mailbox::with_name(&text, "a@b");
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{piece:?}");
    }
}

#[test]
fn errors_give_the_reason_without_the_value() {
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
        ("\"a\"secret@example.com", "quotes"),
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
        ("secret@example.com\nx", "control"),
        ("secret@example.com (x", "comment that is not closed"),
        ("sec(x)ret@example.com", "punctuation"),
        ("secret@exa(x)mple.com", "valid domain"),
        ("secret@example.com (x) y", "whitespace"),
        ("(secret)", "empty"),
        ("secret@a <x@example.com>", "without quotes"),
        ("Sec\0ret <a@b>", "control"),
        ("Sec\u{85}ret <a@b>", "control"),
        ("Sec\u{2028}ret <a@b>", "line separators"),
        ("Secret\u{2029}@a.b", "line separators"),
        ("secret@[192.0.2.1]", "IP literal"),
        ("secret@bücher.example", "xn--"),
        ("secret@example..com", "valid domain"),
        ("secret@-example.com", "valid domain"),
        ("secret@example.com.", "valid domain"),
        ("secret@exa/mple.com", "valid domain"),
        (&long, "254"),
    ] {
        let error = text.parse::<Mailbox>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text:?} gave {error}");
        assert!(!error.to_lowercase().contains("secret"), "{error}");
        let error = serde_json::from_value::<Mailbox>(text.into()).unwrap_err().to_string();
        assert!(!error.to_lowercase().contains("secret"), "{error}");
    }
    let error = Mailbox::new("Bob <b@x>").unwrap_err().to_string();
    assert!(error.ends_with("with a name, parse `Name <address>`"), "{error}");
    assert!(Mailbox::with_name("Bob\r\nBcc: x@y", "b@x").is_err());
}

#[test]
fn debug_shows_neither_name_nor_address() {
    let mailbox = Mailbox::with_name("Bob", "bob@example.com").unwrap();
    assert_eq!(format!("{mailbox:?}"), "Mailbox(..)");
    assert_eq!(format!("{:?}", vec![mailbox]), "[Mailbox(..)]");
}

#[test]
fn truncated_and_random_text_does_not_panic() {
    let alphabet: Vec<char> = "a@.<>\"\\,;:()[] \t\r\né😀\u{a0}\0".chars().collect();
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
