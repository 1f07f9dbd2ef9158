//! How fast a campaign may be sent: limits per time, which all workers share through the store.

use std::time::Duration;

use mailgun_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{StoredCampaign, Window};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The period of a [quota](crate::Campaign::quota), by the calendar in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Per {
    /// From the full hour to the next.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From the first of a month to the next.
    Month,
}

/// The limits of a campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) quotas: Vec<(Per, u64)>,
    pub(crate) spread_over: Option<Duration>,
    /// Days, and the recipients a day from that day on, in ascending order.
    pub(crate) warm_up: Vec<(u32, u64)>,
}

/// A window, and when a full one has room again.
pub(crate) struct Limit {
    pub(crate) window: Window,
    pub(crate) reopens_at: Timestamp,
}

impl Pace {
    /// The limits that apply at this time.
    pub(crate) fn limits(&self, campaign: &StoredCampaign, now: Timestamp) -> Vec<Limit> {
        let started_at = campaign.started_at.unwrap_or(now);
        let quotas = self.quotas.iter().map(|(per, limit)| per.limit(&campaign.scope, *limit, now));
        let spread = self.spread_over.and_then(|time| spread(campaign, time, started_at, now));
        let warm_up = self.warm_up(campaign, started_at, now);
        quotas.chain(spread).chain(warm_up).collect()
    }

    fn warm_up(
        &self,
        campaign: &StoredCampaign,
        started_at: Timestamp,
        now: Timestamp,
    ) -> Option<Limit> {
        let passed = now.duration_since(started_at).unwrap_or_default().as_secs() / DAY.as_secs();
        let day = u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1);
        let (_, limit) = self.warm_up.iter().rev().find(|(from, _)| *from <= day)?;
        let end = started_at.saturating_add(DAY.saturating_mul(day));
        let window = Window {
            counter: format!("{} warm-up day {day}", campaign.key),
            limit: *limit,
            resets_at: Some(end),
        };
        Some(Limit { window, reopens_at: end })
    }
}

impl Per {
    /// The limit of the hour, day or month that has this time.
    fn limit(self, scope: &str, limit: u64, now: Timestamp) -> Limit {
        // RFC 3339 begins with year, month, day and hour, in this order.
        let text = now.to_rfc3339();
        let (name, digits) = match self {
            Self::Hour => ("hour", 13),
            Self::Day => ("day", 10),
            Self::Month => ("month", 7),
        };
        let period = text.get(..digits).unwrap_or(&text);
        let reopens_at = match self {
            Self::Hour => start_of(&format!("{period}:00:00Z"), now).saturating_add(HOUR),
            Self::Day => start_of(&format!("{period}T00:00:00Z"), now).saturating_add(DAY),
            Self::Month => {
                // The first of a month, plus 31 days, is in the next month.
                let first = start_of(&format!("{period}-01T00:00:00Z"), now);
                let next = first.saturating_add(DAY.saturating_mul(31)).to_rfc3339();
                start_of(&format!("{}-01T00:00:00Z", next.get(..7).unwrap_or(&next)), now)
            }
        };
        let counter = format!("{scope} {name} {period}");
        let window = Window { counter, limit, resets_at: Some(reopens_at) };
        Limit { window, reopens_at }
    }
}

/// The limit that spreads a campaign over some time: what is allowed grows tick by tick. `None` when
/// the time is over.
fn spread(
    campaign: &StoredCampaign,
    time: Duration,
    started_at: Timestamp,
    now: Timestamp,
) -> Option<Limit> {
    /// A chunk each minute is smooth enough for days, and a hundred chunks for less.
    const TICK: Duration = Duration::from_secs(60);
    let tick = (time / 100).min(TICK).max(Duration::from_millis(1));
    let ticks = time.as_nanos().div_ceil(tick.as_nanos()).max(1);
    let passed = now.duration_since(started_at).unwrap_or_default().as_nanos() / tick.as_nanos();
    let begun = passed.saturating_add(1);
    if begun >= ticks {
        return None;
    }
    let all = campaign.recipients.added;
    let limit = u128::from(all).saturating_mul(begun).div_ceil(ticks);
    let window = Window {
        counter: format!("{} spread", campaign.key),
        limit: u64::try_from(limit).unwrap_or(all),
        resets_at: None,
    };
    let begun = u32::try_from(begun).unwrap_or(u32::MAX);
    Some(Limit { window, reopens_at: started_at.saturating_add(tick.saturating_mul(begun)) })
}

fn start_of(text: &str, now: Timestamp) -> Timestamp {
    text.parse().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Appended, CampaignState};

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn campaign(recipients: u64, started_at: &str) -> StoredCampaign {
        StoredCampaign {
            key: "news".to_owned(),
            domain: "mg.example.com".to_owned(),
            scope: "mg.example.com".to_owned(),
            state: CampaignState::Running,
            recipients: Appended { added: recipients, ..Appended::default() },
            chunk_limit: 1000,
            created_at: time(started_at),
            started_at: Some(time(started_at)),
        }
    }

    #[test]
    fn quotas_follow_the_calendar_in_utc() {
        for (per, now, counter, reopens_at) in [
            (Per::Hour, "2026-11-27T23:59:59.5Z", "hour 2026-11-27T23", "2026-11-28T00:00:00Z"),
            (Per::Day, "2026-02-28T12:00:00Z", "day 2026-02-28", "2026-03-01T00:00:00Z"),
            (Per::Month, "2026-12-31T23:00:00Z", "month 2026-12", "2027-01-01T00:00:00Z"),
            (Per::Month, "2028-02-29T00:00:00Z", "month 2028-02", "2028-03-01T00:00:00Z"),
        ] {
            let limit = per.limit("mg.example.com", 7, time(now));
            assert_eq!(limit.window.counter, format!("mg.example.com {counter}"));
            assert_eq!((limit.window.limit, limit.reopens_at), (7, time(reopens_at)), "{now}");
        }
    }

    #[test]
    fn a_campaign_is_spread_evenly_and_unlimited_afterwards() {
        let pace = Pace { spread_over: Some(Duration::from_secs(3600)), ..Pace::default() };
        let campaign = campaign(10_000, "2026-11-27T00:00:00Z");
        let limit_at = |now: &str| {
            let limits = pace.limits(&campaign, time(now));
            limits.first().map(|limit| (limit.window.limit, limit.reopens_at.to_rfc3339()))
        };
        // A hundred ticks of 36 s, with a hundred recipients each.
        let expected = |limit, until: &str| Some((limit, format!("2026-11-27T{until}Z")));
        assert_eq!(limit_at("2026-11-27T00:00:00Z"), expected(100, "00:00:36"));
        assert_eq!(limit_at("2026-11-27T00:00:36Z"), expected(200, "00:01:12"));
        assert_eq!(limit_at("2026-11-27T00:30:00Z"), expected(5100, "00:30:36"));
        assert_eq!(limit_at("2026-11-27T00:59:30Z"), None);
        // The clock of another machine is behind.
        assert_eq!(limit_at("2026-11-26T23:00:00Z"), expected(100, "00:00:36"));
    }

    #[test]
    fn a_warm_up_holds_each_limit_until_the_next() {
        let pace = Pace { warm_up: vec![(1, 50), (3, 1000)], ..Pace::default() };
        let campaign = campaign(10_000, "2026-11-27T12:00:00Z");
        for (now, counter, limit) in [
            ("2026-11-27T12:00:00Z", "day 1", 50),
            ("2026-11-28T13:00:00Z", "day 2", 50),
            ("2026-11-29T12:00:00Z", "day 3", 1000),
            ("2026-12-27T12:00:00Z", "day 31", 1000),
        ] {
            let limits = pace.limits(&campaign, time(now));
            let window = &limits.first().unwrap().window;
            assert_eq!(window.counter, format!("news warm-up {counter}"));
            assert_eq!(window.limit, limit, "{now}");
        }
    }
}
