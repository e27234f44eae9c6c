//! Searching in texts as short as an authority. The searchers of [`str`] are
//! made for long ones: before they have begun, these are done.

/// Where the first byte stands for which `found` is true.
pub(super) fn find(text: &str, found: impl Fn(u8) -> bool) -> Option<usize> {
    text.bytes().position(found)
}

/// What stands before and behind the first `separator`, which is ASCII.
pub(super) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

/// What stands before and behind the last `separator`, which is ASCII.
pub(super) fn rsplit_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}
