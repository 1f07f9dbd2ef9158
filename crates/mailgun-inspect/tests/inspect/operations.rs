use mailgun_core::Idempotency;
use mailgun_inspect::{CreatePreview, Inspect, ListPreviews, OPERATIONS};
use mailgun_testing::{described, operations};

use crate::html;

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let inspect = Inspect::new(&operations::client());
    let previews = inspect.previews();
    let calls = described![
        previews.create("subject", html(), CreatePreview::new()),
        previews.list(ListPreviews::new()),
        previews.clients(),
        previews.get("id"),
        previews.delete("id"),
        previews.results("id"),
        previews.reprocess("id", ["outlook16"]),
        previews.content("id"),
        previews.content_inline_css("id"),
        previews.content_text_only("id"),
        inspect.analyze(),
    ];
    operations::check("mailgun-inspect", OPERATIONS, calls).await;
}

#[test]
fn what_creates_or_reprocesses_is_not_retried() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    let expected = ["POST /v1/preview/tests", "PUT /v1/preview/tests/{test_id}/results/reprocess"];
    assert_eq!(harmful, expected);
}
