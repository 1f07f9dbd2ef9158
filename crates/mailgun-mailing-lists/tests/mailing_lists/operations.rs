use mailgun_core::Error;
use mailgun_mailing_lists::{
    CreateMembers, ImportMembers, ListMailingLists, ListMailingListsByAddress, ListMembers,
    ListMembersByAddress, MailingListSettings, MailingLists, MemberSettings, NewMember, OPERATIONS,
};
use mailgun_testing::{described, operations};
use mailgun_types::Csv;

const LIST: &str = "news@mg.example.com";
const MEMBER: &str = "ada@example.com";

#[tokio::test]
async fn every_operation_matches_the_table() {
    let lists = MailingLists::new(&operations::client());
    let members = lists.members(LIST);
    let csv = Csv::from_bytes("members.csv", "address\n").unwrap();
    let mut calls = described![
        lists.list(ListMailingLists::new()),
        lists.list_by_address(ListMailingListsByAddress::new()),
        lists.get(LIST),
        lists.create(LIST, MailingListSettings::new()),
        lists.update(LIST, MailingListSettings::new().name("")),
        lists.delete(LIST),
        lists.validate(LIST),
        lists.validation_result(LIST),
        lists.cancel_validation(LIST),
        members.list(ListMembers::new()),
        members.list_by_address(ListMembersByAddress::new()),
        members.get(MEMBER),
        members.create(MEMBER, MemberSettings::new()),
        members.import(csv, ImportMembers::new()),
        members.update(MEMBER, MemberSettings::new().name("")),
        members.delete(MEMBER),
    ];
    // The calls of chunks exist on their way only: there one is taken, and one that fails put in
    // its place.
    let (sender, receiver) = std::sync::mpsc::channel();
    let many = members.create_many(vec![NewMember::new(MEMBER)], CreateMembers::new());
    let many = many.each(move |call| {
        let route = call.operation();
        sender.send((route, call.into_request())).unwrap();
        operations::client().call(route, &[LIST]).with_error(Error::invalid("test", "is not sent"))
    });
    assert!(many.await[0].result.is_err());
    calls.push(receiver.recv().unwrap());
    operations::check("mailgun-mailing-lists", OPERATIONS, calls).await;
}
