use mailgun_analytics::{
    BounceDimension, BounceMetric, Dimension, LogAttribute, LogEvent, LogMetricEvent, Metric,
};

macro_rules! known {
    ($($name:ident: $names:literal,)*) => {$(
        for name in $names.split_whitespace() {
            let read = $name::from(name);
            assert!(!matches!(read, $name::Other(_)), "{} {name}", stringify!($name));
            assert_eq!(read.as_str(), name);
        }
    )*};
}

/// The names are those of the API description.
#[test]
fn every_documented_name_is_known() {
    known! {
        Dimension: "bot country device domain ip ip_pool recipient_domain recipient_provider subaccount \
            tag time",
        Metric: "accepted_count accepted_incoming_count accepted_outgoing_count accessibility_count \
            accessibility_failed_count archived_count bounce_rate bounced_count clicked_count \
            clicked_rate complained_count complained_rate delayed_bounce_count \
            delayed_first_attempt_count delayed_first_attempt_rate delayed_rate delivered_count \
            delivered_first_attempt_count delivered_http_count delivered_optimized_count \
            delivered_rate delivered_smtp_count delivered_subsequent_count \
            delivered_two_plus_attempts_count domain_blocklist_monitoring_count \
            email_preview_count email_preview_failed_count email_validation_bulk_count \
            email_validation_count email_validation_list_count email_validation_mailgun_count \
            email_validation_mailjet_count email_validation_public_count \
            email_validation_single_count email_validation_valid_count fail_rate failed_count \
            hard_bounces_count image_validation_count image_validation_failed_count \
            ip_blocklist_monitoring_count link_validation_count link_validation_failed_count \
            opened_count opened_rate permanent_fail_rate permanent_failed_count \
            permanent_failed_esp_block_count permanent_failed_old_count \
            permanent_failed_optimized_count processed_count rate_limit_count seed_test_count \
            sent_count soft_bounces_count stored_count suppressed_bounces_count \
            suppressed_complaints_count suppressed_unsubscribed_count temporary_fail_rate \
            temporary_failed_count temporary_failed_esp_block_count unique_clicked_count \
            unique_clicked_rate unique_opened_count unique_opened_rate unsubscribed_count \
            unsubscribed_rate webhook_count",
        LogEvent: "accepted delivered failed opened unique_opened clicked unique_clicked unsubscribed \
            complained rejected stored email_validation list_uploaded list_member_uploaded \
            list_member_upload_error trapped",
        LogMetricEvent: "accepted_incoming accepted_outgoing accepted delivered_smtp delivered_http \
            delivered_optimized delivered stored opened clicked unique_opened unique_clicked \
            complained unsubscribed failed processed sent temporary_failed permanent_failed \
            esp_block temporary_failed_esp_block permanent_failed_esp_block webhook_failure \
            permanent_failed_optimized permanent_failed_old bounced hard_bounces soft_bounces \
            delayed_bounce suppressed_bounces suppressed_unsubscribed suppressed_complaints \
            delivered_first_attempt delivered_subsequent delivered_two_plus_attempts \
            delayed_first_attempt",
        LogAttribute: "id domain ip ip_pool recipient_domain recipient_provider country bot device subaccount \
            event attachment_filename from message_id subject mailing_list_address to size \
            recipient tag severity user_variables delivered_at delivery_status_code \
            delivery_status_bounce_type delivery_status_message is_routed i_classification_rule_id \
            i_classification_group_id recipients",
        BounceDimension: "account.name category criticality domain.name entity-name envelope.i-ip-pool-name \
            envelope.sending-ip group-id recipient-domain severity tag tags timestamp",
        BounceMetric: "classified_failures_count critical_bounce_count critical_bounce_rate \
            critical_delay_count critical_delay_rate delivered_smtp_count \
            non_critical_bounce_count non_critical_bounce_rate non_critical_delay_count \
            non_critical_delay_rate",
    }
}
