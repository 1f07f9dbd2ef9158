//! Pause, resume, stop, cancel and progress.

use futures_util::TryStreamExt as _;
use mailgun_bulk::{BulkError, CampaignState, Opened};
use tokio::time::{sleep, timeout};

use crate::*;

const LONG: Duration = Duration::from_secs(48 * 3600);

/// A service that takes a second for each call.
fn slow() -> Scripted {
    Scripted::new(|_| accepted().after(Duration::from_secs(1)))
}

#[tokio::test(start_paused = true)]
async fn a_paused_campaign_goes_on_where_it_was() {
    let service = slow();
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(1), 10).await;
    let control = async {
        sleep(Duration::from_millis(2500)).await;
        handle.pause().await.unwrap();
        handle.pause().await.unwrap();
        let sent = service.count();
        sleep(Duration::from_secs(600)).await;
        assert_eq!(service.count(), sent, "workers wait");
        let status = handle.status().await.unwrap();
        assert_eq!(status.campaign.state, CampaignState::Paused);
        assert_eq!(status.tally.sending.chunks, 0, "calls in flight have ended");
        handle.resume().await.unwrap();
    };
    let workers = [worker(&bulk), worker(&bulk)];
    let runs = async { tokio::join!(workers[0].run(KEY), workers[1].run(KEY), control) };
    let (first, second, ()) = timeout(LONG, runs).await.unwrap();
    assert_eq!(counts(&first.unwrap()), [10, 0, 0, 0]);
    assert_eq!(counts(&second.unwrap()), [10, 0, 0, 0]);
    assert_eq!(service.count(), 10);
}

#[tokio::test(start_paused = true)]
async fn stop_ends_all_workers_after_their_calls_and_resume_lets_others_go_on() {
    let service = slow();
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(1), 10).await;
    let control = async {
        sleep(Duration::from_millis(1500)).await;
        let status = handle.stop().await.unwrap();
        assert_eq!((counts(&status), status.tally.sending.chunks), ([4, 0, 0, 6], 0));
        status
    };
    let workers = [worker(&bulk), worker(&bulk)];
    let runs = async { tokio::join!(workers[0].run(KEY), workers[1].run(KEY), control) };
    let (first, second, stopped) = timeout(LONG, runs).await.unwrap();
    assert_eq!(first.unwrap().tally.accepted, stopped.tally.accepted);
    assert_eq!(second.unwrap().campaign.state, CampaignState::Stopped);
    let error = handle.pause().await.unwrap_err();
    assert!(matches!(error, BulkError::NotAllowed(CampaignState::Stopped)), "{error:?}");
    handle.resume().await.unwrap();
    let status = timeout(LONG, worker(&bulk).run(KEY)).await.unwrap().unwrap();
    assert_eq!(counts(&status), [10, 0, 0, 0]);
    assert_eq!(service.count(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_campaign_never_goes_on_and_keeps_the_outcome_of_calls_in_flight() {
    let service = slow();
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(1), 10).await;
    let control = async {
        sleep(Duration::from_millis(1500)).await;
        let status = handle.cancel().await.unwrap();
        assert_eq!(counts(&status), [2, 0, 0, 8]);
    };
    let worker = worker(&bulk);
    let (run, ()) = timeout(LONG, async { tokio::join!(worker.run(KEY), control) }).await.unwrap();
    assert_eq!(run.unwrap().campaign.state, CampaignState::Cancelled);
    for error in [
        handle.resume().await.unwrap_err(),
        handle.pause().await.unwrap_err(),
        handle.stop().await.unwrap_err(),
        handle.resend_unknown().await.unwrap_err(),
    ] {
        assert!(matches!(error, BulkError::NotAllowed(CampaignState::Cancelled)), "{error:?}");
    }
    assert!(matches!(bulk.open(newsletter()).await.unwrap(), Opened::Started(_)));
    timeout(LONG, crate::worker(&bulk).run(KEY)).await.unwrap().unwrap();
    assert_eq!(service.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stop_handle_ends_one_worker_and_the_other_goes_on() {
    let service = slow();
    let bulk = scripted_bulk(&service);
    start(&bulk, newsletter().chunk_size(1), 10).await;
    let (one, two) = (worker(&bulk), worker(&bulk).concurrency(2));
    let handle = one.stop_handle();
    let control = async {
        sleep(Duration::from_millis(500)).await;
        handle.stop();
    };
    let runs = async { tokio::join!(one.run(KEY), two.run(KEY), control) };
    let (first, second, ()) = timeout(LONG, runs).await.unwrap();
    let first = first.unwrap();
    assert!(
        !first.is_done() && first.tally.accepted.chunks >= 1,
        "it waited for its call: {first}"
    );
    assert_eq!(counts(&second.unwrap()), [10, 0, 0, 0]);
    assert_eq!(service.count(), 10);
    let error = one.run(KEY).await.unwrap_err();
    assert!(matches!(error, BulkError::WorkerStopped), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn progress_tells_each_change_and_ends_with_the_campaign() {
    let service = slow();
    let bulk = scripted_bulk(&service);
    let handle = start(&bulk, newsletter().chunk_size(1), 5).await;
    let progress = handle.progress().map_ok(|status| status.tally.accepted.recipients);
    let worker = worker(&bulk);
    let both = async { tokio::join!(worker.run(KEY), progress.try_collect::<Vec<_>>()) };
    let (_, seen) = timeout(LONG, both).await.unwrap();
    let seen = seen.unwrap();
    assert_eq!((seen.first(), seen.last()), (Some(&0), Some(&5)), "{seen:?}");
    assert!(seen.len() >= 4 && seen.is_sorted(), "{seen:?}");
}

#[tokio::test]
async fn a_handle_of_no_campaign_says_so() {
    let service = slow();
    let handle = scripted_bulk(&service).campaign("none");
    for error in [
        handle.pause().await.unwrap_err(),
        handle.status().await.unwrap_err(),
        handle.cancel().await.unwrap_err(),
        handle.resend_unknown().await.unwrap_err(),
        handle.reconcile().await.unwrap_err(),
        handle.report().try_collect::<Vec<_>>().await.unwrap_err(),
        handle.progress().try_collect::<Vec<_>>().await.unwrap_err(),
    ] {
        assert!(matches!(error, BulkError::NotFound), "{error:?}");
    }
}
