//! Campaigns: everybody gets one mail, whatever goes wrong, and the store knows who did not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod control;
mod drafts;
mod faults;
mod pace;
mod report;
mod sending;
mod store_failures;

use std::{sync::Arc, time::Duration};

use mailgun_bulk::{Bulk, Campaign, CampaignHandle, MemoryStore, Status, Store, Worker};
use mailgun_mock::MockMailgun;
use mailgun_testing::{ACCEPTED, Answer, Scripted, Seen};
use serde_json::json;

const KEY: &str = "news-2026-11";

/// A campaign to which only recipients need be added.
fn newsletter() -> Campaign {
    Campaign::new(KEY, "mg.example.com")
        .from("news@mg.example.com")
        .subject("News for %recipient.n%")
        .text("Hello")
}

fn address(position: usize) -> String {
    format!("r{position}@example.com")
}

/// So many recipients with their numbers as variables.
fn recipients(count: usize) -> impl Iterator<Item = (String, serde_json::Value)> {
    (0..count).map(|n| (address(n), json!({ "n": n })))
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// The campaigns of a new store, which are sent to the mock.
fn bulk(mock: &MockMailgun) -> Bulk {
    Bulk::new(&mock.client(), memory())
}

fn scripted_bulk(service: &Scripted) -> Bulk {
    Bulk::new(&service.client(), memory())
}

/// Starts a campaign to so many recipients.
async fn start(bulk: &Bulk, campaign: Campaign, count: usize) -> CampaignHandle {
    let mut draft = bulk.open(campaign).await.unwrap().into_draft().unwrap();
    let import = draft.recipients(recipients(count)).await.unwrap();
    assert_eq!((import.added, import.rejected), (count as u64, 0));
    draft.start().await.unwrap()
}

/// A worker that makes one call at a time, and looks often.
fn worker(bulk: &Bulk) -> Worker {
    bulk.worker().concurrency(1).poll_interval(Duration::from_millis(200))
}

/// Accepted, refused, unknown and planned recipients.
fn counts(status: &Status) -> [u64; 4] {
    let tally = &status.tally;
    [&tally.accepted, &tally.refused, &tally.unknown, &tally.planned].map(|it| it.recipients)
}

/// How many mails each of so many recipients got.
fn mails(mock: &MockMailgun, recipients: usize) -> Vec<usize> {
    let mut mails = vec![0; recipients];
    for message in mock.sent() {
        for recipient in message.recipients() {
            mails[number(recipient)] += 1;
        }
    }
    mails
}

fn number(address: &str) -> usize {
    address.trim_start_matches('r').split('@').next().unwrap().parse().unwrap()
}

fn accepted() -> Answer {
    Answer::new(200, ACCEPTED)
}

/// The numbers of the recipients of a call.
fn numbers(request: &Seen) -> Vec<usize> {
    request.values("to").into_iter().map(number).collect()
}
