use mailgun_templates::{
    CopyVersion, CreateTemplate, GetTemplate, ListTemplates, ListVersions, OPERATIONS, Templates,
    VersionSettings,
};
use mailgun_testing::{described, operations};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let client = operations::client();
    let mut calls = Vec::new();
    for templates in [Templates::of_domain(&client, "a.b"), Templates::of_account(&client)] {
        let versions = templates.versions("name");
        calls.extend(described![
            templates.list(ListTemplates::new()),
            templates.get("name", GetTemplate::new()),
            templates.create("name", CreateTemplate::new()),
            templates.update("name", "text"),
            templates.delete("name"),
            templates.delete_all(),
            versions.list(ListVersions::new()),
            versions.get("v1"),
            versions.create("v1", "text", VersionSettings::new()),
            versions.update("v1", VersionSettings::new().comment("")),
            versions.delete("v1"),
            versions.copy("v1", "v2", CopyVersion::new()),
        ]);
    }
    operations::check("mailgun-templates", OPERATIONS, calls).await;
}
