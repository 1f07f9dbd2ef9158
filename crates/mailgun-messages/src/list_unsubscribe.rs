//! The header List-Unsubscribe (RFC 2369).

/// The kinds of targets. RFC 8058 allows one URL, which is https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Url,
    Address,
}

/// Adds a target to the value of the header. It replaces a target of the same kind.
///
/// The error is the reason why mail programs could not use the target.
pub(crate) fn with_target(header: &str, target: &str) -> Result<(String, Kind), &'static str> {
    let kind = kind(target)?;
    let earlier =
        header.split('>').filter_map(|part| part.split_once('<')).map(|(_, target)| target);
    let kept = earlier.filter(|earlier| self::kind(earlier).is_ok_and(|it| it != kind));
    let targets: Vec<_> = kept.chain([target]).map(|target| format!("<{target}>")).collect();
    Ok((targets.join(", "), kind))
}

fn kind(target: &str) -> Result<Kind, &'static str> {
    match target {
        "%unsubscribe_url%" | "%tag_unsubscribe_url%" | "%mailing_list_unsubscribe_url%" => {
            return Ok(Kind::Url);
        }
        "%unsubscribe_email%" => return Ok(Kind::Address),
        _ => {}
    }
    let is_part = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"');
    if !target.bytes().all(is_part) {
        return Err("must be printable ASCII without spaces, quotes and angle brackets");
    }
    let (scheme, rest) = target.split_once(':').unwrap_or_default();
    let host = rest.strip_prefix("//").unwrap_or_default();
    let has_host = !host.is_empty() && !host.starts_with(['/', '?', '#', ':']);
    match &*scheme.to_ascii_lowercase() {
        "mailto" if !rest.is_empty() => Ok(Kind::Address),
        "https" if has_host => Ok(Kind::Url),
        "http" => {
            Err("needs https: mailbox providers send no one-click request to http (RFC 8058)")
        }
        _ => Err("is neither an https URL nor a mailto URL"),
    }
}
