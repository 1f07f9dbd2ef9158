//! A store that fails at any step, and workers that die at any step.

use std::sync::atomic::{AtomicUsize, Ordering};

use mailgun_bulk::{
    BulkError,
    conformance::{Hooked, Moment},
};
use tokio::time::timeout;

use crate::*;

const LONG: Duration = Duration::from_secs(48 * 3600);

/// How many mails each of nine recipients got.
fn posts(service: &Scripted) -> [usize; 9] {
    let mut posts = [0; 9];
    for request in service.seen() {
        numbers(&request).into_iter().for_each(|number| posts[number] += 1);
    }
    posts
}

/// Another worker finds the campaign as the first one left it: nobody gets a second mail, and nobody is
/// lost.
async fn finish(bulk: &Bulk, service: &Scripted, context: &str) -> Status {
    let before = posts(service);
    let status = timeout(LONG, bulk.worker().run(KEY)).await.unwrap().unwrap();
    let [accepted, refused, unknown, planned] = counts(&status);
    assert_eq!((refused, planned), (0, 0), "{context}");
    assert_eq!(accepted + unknown, 9, "{context}: {status}");
    assert!(unknown <= 2, "{context}: at most the chunk at which it happened: {status}");
    let after = posts(service);
    assert!(after.iter().all(|mails| *mails <= 1), "{context}: {after:?}");
    assert!(after.iter().sum::<usize>() as u64 >= accepted, "{context}: {after:?}");
    assert!(before.iter().zip(&after).all(|(before, after)| before <= after), "{context}");
    status
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_store_has_failed_and_nobody_twice() {
    for (fail_at, moment) in (0..30).flat_map(|at| [(at, Moment::Before), (at, Moment::After)]) {
        for failures in [1, usize::MAX] {
            let context = format!("step {fail_at}, {moment:?}, {failures} times");
            let service = Scripted::script(vec![accepted()]);
            let store = memory();
            let healthy = Bulk::new(&service.client(), store.clone());
            start(&healthy, newsletter().chunk_size(2), 9).await;

            let (steps, at_failure) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(usize::MAX)));
            let (seen, first) = (service.clone(), at_failure.clone());
            let hooked = Hooked::new(store, move |_, now| {
                if now != moment {
                    return Ok(());
                }
                let step = steps.fetch_add(1, Ordering::SeqCst);
                if step < fail_at || step - fail_at >= failures {
                    return Ok(());
                }
                first.fetch_min(seen.count(), Ordering::SeqCst);
                Err("the disk is full".into())
            });
            let failing = Bulk::new(&service.client(), Arc::new(hooked));
            let worker = failing.worker().concurrency(1);
            let run = timeout(LONG, worker.run(KEY)).await.unwrap();
            let at_failure = at_failure.load(Ordering::SeqCst);
            match run {
                Err(BulkError::Store(error)) => {
                    assert_eq!(error.to_string(), "the disk is full", "{context}");
                    assert_eq!(service.count(), at_failure, "{context}: nothing else was sent");
                }
                Err(error) => panic!("{context}: {error:?}"),
                Ok(status) => {
                    assert_eq!(at_failure, usize::MAX, "{context}: it did not get that far");
                    assert!(status.is_done(), "{context}");
                }
            }
            let status = finish(&healthy, &service, &context).await;
            // An outcome that was known is recorded as soon as the store can be written again.
            if failures == 1 && moment == Moment::Before {
                assert_eq!(counts(&status), [9, 0, 0, 0], "{context}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_at_any_step_doubles_and_loses_nobody() {
    for (die_at, moment) in (0..30).flat_map(|at| [(at, Moment::Before), (at, Moment::After)]) {
        let context = format!("step {die_at}, {moment:?}");
        let service = Scripted::new(|_| accepted().after(Duration::from_millis(10)));
        let store = memory();
        let healthy = Bulk::new(&service.client(), store.clone());
        start(&healthy, newsletter().chunk_size(2), 9).await;
        let steps = AtomicUsize::new(0);
        let (died, death) = tokio::sync::oneshot::channel();
        let died = std::sync::Mutex::new(Some(died));
        let hooked = Hooked::new(store, move |_, now| {
            if now == moment && steps.fetch_add(1, Ordering::SeqCst) == die_at {
                let _ = died.lock().unwrap().take().unwrap().send(());
                return Err("never seen, because the future is dropped".into());
            }
            Ok(())
        });
        let mortal = Bulk::new(&service.client(), Arc::new(hooked));
        let worker = mortal.worker().concurrency(1);
        // The future is dropped in the middle of the step, as a crash would end it.
        let run = std::pin::pin!(worker.run(KEY));
        let _ = timeout(LONG, futures_util::future::select(death, run)).await.unwrap();
        finish(&healthy, &service, &context).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_dies_at_any_moment_doubles_and_loses_nobody() {
    for millis in 0..60 {
        let context = format!("after {millis} ms");
        let service = Scripted::new(|_| accepted().after(Duration::from_millis(10)));
        let bulk = scripted_bulk(&service);
        start(&bulk, newsletter().chunk_size(2), 9).await;
        let worker = bulk.worker().concurrency(1);
        let _ = timeout(Duration::from_millis(millis), worker.run(KEY)).await;
        finish(&bulk, &service, &context).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_records_its_outcome_late_is_believed() {
    // The call takes longer than its claim lives, by the clock of the other machine.
    let service = Scripted::new(|_| accepted().after(Duration::from_secs(40)));
    let store = memory();
    let bulk = Bulk::new(&service.client(), store.clone());
    let handle = start(&bulk, newsletter(), 9).await;
    let worker = bulk.worker().concurrency(1);
    let run = worker.run(KEY);
    let expire = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        let far_ahead = mailgun_core::Timestamp::MAX;
        assert_eq!(store.expire(KEY, far_ahead).await.unwrap(), 1);
        assert_eq!(counts(&handle.status().await.unwrap()), [0, 0, 9, 0]);
    };
    let (status, ()) = timeout(LONG, async { tokio::join!(run, expire) }).await.unwrap();
    assert_eq!(counts(&status.unwrap()), [9, 0, 0, 0]);
    assert_eq!(posts(&service), [1; 9]);
}

#[tokio::test]
async fn a_worker_that_was_held_up_after_its_claim_sends_nothing_with_it() {
    let service = Scripted::script(vec![accepted()]);
    let store = memory();
    start(&Bulk::new(&service.client(), store.clone()), newsletter(), 5).await;
    let (claims, sent_at_first) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(usize::MAX)));
    let (seen, sent) = (service.clone(), sent_at_first.clone());
    let hooked = Hooked::new(store, move |step, moment| {
        match (step, moment) {
            // As if the process was suspended.
            ("claim", Moment::After) if claims.fetch_add(1, Ordering::SeqCst) == 0 => {
                std::thread::sleep(Duration::from_secs(2));
            }
            ("finish", Moment::Before) => {
                let _ = sent.compare_exchange(
                    usize::MAX,
                    seen.count(),
                    Ordering::SeqCst,
                    Ordering::SeqCst,
                );
            }
            _ => {}
        }
        Ok(())
    });
    let bulk = Bulk::new(&service.client(), Arc::new(hooked));
    let worker = worker(&bulk).grace(Duration::from_secs(1));
    let status = timeout(LONG, worker.run(KEY)).await.unwrap().unwrap();
    assert_eq!(sent_at_first.load(Ordering::SeqCst), 0, "the first claim was given back");
    assert_eq!((counts(&status), service.count()), ([5, 0, 0, 0], 1));
}
