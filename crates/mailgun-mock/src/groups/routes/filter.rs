//! The small language of routes: filters such as `match_recipient("..")`, and actions such as
//! `forward("..")`.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

static CALL: LazyLock<Regex> =
    LazyLock::new(|| constant(r#"(\w+)\s*\(((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"')])*)\)"#));
static TEXT: LazyLock<Regex> =
    LazyLock::new(|| constant(r#""((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'"#));
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| constant(r"\\(?:(\d)|g<(\w+)>)"));

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
}

/// What a route does with a mail.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// To a URL or an address.
    Forward(String),
    /// With the URL to notify.
    Store(Option<String>),
    Stop,
}

/// The names of the groups that an expression captured, which are numbers too, and their texts.
pub(super) type Groups = Vec<(String, String)>;

/// What a mail has to match. Without headers, only its recipient is known.
pub(super) fn matches(
    expression: &str,
    recipient: &str,
    headers: Option<&[(String, String)]>,
) -> Option<Groups> {
    let mut groups = None;
    for call in CALL.captures_iter(expression) {
        let texts = texts(&call[2]);
        let captured = match (&call[1], &texts[..], headers) {
            ("catch_all", ..) => Groups::new(),
            ("match_recipient", [pattern], _) => capture(&format!("^(?:{pattern})$"), recipient)?,
            ("match_header", [name, pattern], Some(headers)) => {
                let named = headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
                let pattern = format!("^(?:{pattern})");
                named.into_iter().find_map(|(_, value)| capture(&pattern, value))?
            }
            ("match_header", _, None) => continue,
            _ => return None,
        };
        if groups.as_ref().is_none_or(Groups::is_empty) {
            groups = Some(captured);
        }
    }
    groups
}

fn capture(pattern: &str, text: &str) -> Option<Groups> {
    let pattern = Regex::new(pattern).ok()?;
    let found = pattern.captures(text)?;
    let names = pattern.capture_names().enumerate().skip(1);
    let groups = names.flat_map(|(number, name)| {
        let text = found.get(number).map_or("", |group| group.as_str());
        [Some(number.to_string()), name.map(str::to_owned)]
            .into_iter()
            .flatten()
            .map(move |name| (name, text.to_owned()))
    });
    Some(groups.collect())
}

/// The actions of a route, with what the filter captured.
pub(super) fn actions(action: &str, groups: &Groups) -> Vec<Action> {
    let calls = CALL.captures_iter(action);
    let of_call = |call: Captures<'_>| {
        // What was captured comes from the sender, who must not add targets with commas.
        let texts = texts(&call[2]);
        let targets = texts.iter().flat_map(|text| text.split(','));
        let targets: Vec<_> = targets.map(|text| filled(text.trim(), groups)).collect();
        match &call[1] {
            "forward" => targets.into_iter().map(Action::Forward).collect(),
            "store" => vec![Action::Store(targets.into_iter().next())],
            "stop" => vec![Action::Stop],
            _ => Vec::new(),
        }
    };
    calls.flat_map(of_call).collect()
}

/// Replaces `\1` and `\g<name>`.
fn filled(text: &str, groups: &Groups) -> String {
    let replaced = REFERENCE.replace_all(text, |reference: &Captures<'_>| {
        let name = reference.get(1).or(reference.get(2)).map_or("", |name| name.as_str());
        let group = groups.iter().find(|(key, _)| key == name);
        group.map_or_else(String::new, |(_, text)| text.clone())
    });
    replaced.into_owned()
}

fn texts(arguments: &str) -> Vec<String> {
    let quoted = TEXT.captures_iter(arguments);
    quoted.filter_map(|text| Some(text.get(1).or(text.get(2))?.as_str().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> Vec<(String, String)> {
        vec![("Subject".to_owned(), "I need support".to_owned())]
    }

    #[test]
    fn filters_of_the_manual_match() {
        for (expression, recipient, is_match) in [
            (r#"match_recipient("foo@bar.com")"#, "foo@bar.com", true),
            (r#"match_recipient("foo@bar.com")"#, "xfoo@bar.com", false),
            (r#"match_recipient(".*@bar.com")"#, "any@bar.com", true),
            (r#"match_recipient("^chris\+(.*)@example.com$")"#, "chris+x@example.com", true),
            (r#"match_header("subject", ".*support")"#, "a@b.com", true),
            (r#"match_header("subject", "support")"#, "a@b.com", false),
            ("match_recipient('a@b.com') and match_header('subject', '.*(x|y)')", "a@b.com", false),
            ("catch_all()", "a@b.com", true),
            ("nonsense", "a@b.com", false),
        ] {
            let found = matches(expression, recipient, Some(&headers()));
            assert_eq!(found.is_some(), is_match, "{expression}");
        }
    }

    #[test]
    fn captures_are_used_in_actions() {
        let groups = matches(r#"match_recipient("(.*)@bar.com")"#, "bob@bar.com", None).unwrap();
        let action = r#"forward("http://myhost.com/post/?mailbox=\1, x@y.com")"#;
        let target = Action::Forward("http://myhost.com/post/?mailbox=bob".to_owned());
        assert_eq!(actions(action, &groups), [target, Action::Forward("x@y.com".to_owned())]);
        let groups = vec![("1".to_owned(), "a,eve@example.com".to_owned())];
        let target = Action::Forward("a,eve@example.com@b.com".to_owned());
        assert_eq!(actions(r#"forward("\1@b.com")"#, &groups), [target]);

        let expression = r#"match_recipient("(?P<user>.*?)@(?P<domain>.*)")"#;
        let groups = matches(expression, "bob@bar.com", None).unwrap();
        let action = r#"store(notify="http://a/\g<domain>/users/\g<user>")"#;
        let stored = Action::Store(Some("http://a/bar.com/users/bob".to_owned()));
        assert_eq!(actions(action, &groups), [stored]);
        assert_eq!(actions("store()", &groups), [Action::Store(None)]);
        assert_eq!(actions("stop()", &groups), [Action::Stop]);
    }
}
