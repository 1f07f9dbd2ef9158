//! Progress of long work, shown on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use mailgun::Pager;

use crate::{exit::Result, output::Output};

const TICK: Duration = Duration::from_millis(120);

/// A spinner with a count, for work of unknown length.
///
/// indicatif draws to standard error, and draws nothing if that is not a terminal.
pub(crate) fn counting(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.enable_steady_tick(TICK);
    styled(bar, "{spinner} {msg} {pos}")
}

/// A bar for `length` steps.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    styled(ProgressBar::new(length).with_message(what), "{msg} {wide_bar} {pos}/{len} {eta}")
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// All items of a listing, counted while they are read.
///
/// Says so if an item cannot be read.
pub(crate) async fn collect<T: Send + 'static>(
    mut pager: Pager<T>,
    what: &'static str,
    out: Output,
) -> Result<Vec<T>> {
    let bar = counting(what);
    let mut items = Vec::new();
    while let Some(page) = pager.next_page().await? {
        bar.inc(page.items.len() as u64);
        for odd in &page.unreadable {
            out.note(format!("Left out one of the {what} that cannot be read: {}", odd.reason()));
        }
        items.extend(page.items);
    }
    bar.finish_and_clear();
    Ok(items)
}
