//! Quotas, spreading and warming up.

use std::sync::Mutex;

use mailgun_bulk::Per;
use mailgun_core::Timestamp;
use tokio::time::{Instant, timeout};

use crate::*;

const LONG: Duration = Duration::from_secs(90 * 24 * 3600);

/// When calls came, and for how many recipients.
type Calls = Arc<Mutex<Vec<(Duration, usize)>>>;

fn logging() -> (Scripted, Calls) {
    let (begun, calls) = (Instant::now(), Calls::default());
    let log = calls.clone();
    let service = Scripted::new(move |request| {
        log.lock().unwrap().push((begun.elapsed(), numbers(request).len()));
        accepted()
    });
    (service, calls)
}

/// How many recipients came between pauses that are longer than this.
fn bursts(calls: &Calls, pause: Duration) -> Vec<usize> {
    let mut bursts: Vec<usize> = Vec::new();
    let mut last = None;
    for (time, recipients) in calls.lock().unwrap().iter() {
        match (bursts.last_mut(), last) {
            (Some(burst), Some(last)) if *time - last <= pause => *burst += recipients,
            _ => bursts.push(*recipients),
        }
        last = Some(*time);
    }
    bursts
}

/// Waits if a quota would begin anew while a test uses it. The hours are real, so this sleep is too.
fn avoid_the_end_of_an_hour() {
    while Timestamp::now().to_rfc3339().get(14..19).unwrap() >= "59:50" {
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_is_used_to_the_last_recipient_and_never_exceeded() {
    avoid_the_end_of_an_hour();
    for (per, pause) in [(Per::Hour, 1800), (Per::Day, 12 * 3600), (Per::Month, 20 * 24 * 3600)] {
        let (service, calls) = logging();
        let bulk = scripted_bulk(&service);
        start(&bulk, newsletter().chunk_size(60).quota(100, per), 250).await;
        let workers = [worker(&bulk), worker(&bulk)].map(|worker| worker.poll_interval(LONG));
        let runs = async { tokio::join!(workers[0].run(KEY), workers[1].run(KEY)) };
        let (first, _) = timeout(LONG, runs).await.unwrap();
        assert_eq!(counts(&first.unwrap()), [250, 0, 0, 0], "{per:?}");
        let calls = calls.lock().unwrap().clone();
        let total: usize = calls.iter().map(|(_, recipients)| recipients).sum();
        assert_eq!(total, 250);
        let bursts = bursts_of(&calls, Duration::from_secs(1));
        assert_eq!(bursts, [100, 100, 50], "{per:?} {calls:?}");
        let last = calls.last().unwrap().0;
        assert!(last > Duration::from_secs(pause), "{per:?} {last:?}");
    }
}

fn bursts_of(calls: &[(Duration, usize)], pause: Duration) -> Vec<usize> {
    bursts(&Arc::new(Mutex::new(calls.to_vec())), pause)
}

#[tokio::test(start_paused = true)]
async fn campaigns_of_one_scope_share_a_quota() {
    avoid_the_end_of_an_hour();
    let (service, calls) = logging();
    let bulk = scripted_bulk(&service);
    for key in ["one", "two"] {
        let campaign = Campaign::new(key, "mg.example.com").from("a@x.test").text("t");
        let campaign = campaign.quota(100, Per::Hour).quota_scope("account").chunk_size(30);
        start(&bulk, campaign, 100).await;
    }
    let workers = [worker(&bulk), worker(&bulk)].map(|worker| worker.poll_interval(LONG));
    let runs = async { tokio::join!(workers[0].run("one"), workers[1].run("two")) };
    let (one, two) = timeout(LONG, runs).await.unwrap();
    assert!(one.unwrap().is_done() && two.unwrap().is_done());
    assert_eq!(bursts(&calls, Duration::from_secs(1)), [100, 100]);
}

#[tokio::test(start_paused = true)]
async fn a_campaign_is_spread_evenly_over_its_time() {
    let (service, calls) = logging();
    let bulk = scripted_bulk(&service);
    let time = Duration::from_secs(600);
    start(&bulk, newsletter().spread_over(time), 1000).await;
    let status = timeout(LONG, worker(&bulk).run(KEY)).await.unwrap().unwrap();
    assert_eq!(counts(&status), [1000, 0, 0, 0]);
    let calls = calls.lock().unwrap().clone();
    let mut sent = 0;
    for (at, recipients) in &calls {
        sent += recipients;
        // A tick of 6 s ahead at most.
        let due = 1000.0 * (at.as_secs_f64() + 7.0) / 600.0;
        assert!(sent as f64 <= due, "{sent} after {at:?}");
    }
    let last = calls.last().unwrap().0;
    assert!((580..610).contains(&last.as_secs()), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_warm_up_limits_each_day() {
    let (service, calls) = logging();
    let bulk = scripted_bulk(&service);
    start(&bulk, newsletter().warm_up([(1, 10), (2, 20), (4, 100)]), 150).await;
    let worker = worker(&bulk).poll_interval(LONG);
    let status = timeout(LONG, worker.run(KEY)).await.unwrap().unwrap();
    assert_eq!(counts(&status), [150, 0, 0, 0]);
    assert_eq!(bursts(&calls, Duration::from_secs(3600)), [10, 20, 20, 100]);
}
