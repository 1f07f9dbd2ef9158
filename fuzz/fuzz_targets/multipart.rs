//! A form is as long as it says, and another parser finds the parts that were put in.
#![no_main]

use http_body_util::BodyExt as _;
use libfuzzer_sys::fuzz_target;
use mailgun_core::{Form, Upload};

type Parts = (Vec<(String, String)>, Vec<(String, String, Vec<u8>)>);

fuzz_target!(|parts: Parts| {
    let (texts, files) = parts;
    let mut form = Form::new();
    for (name, value) in &texts {
        form.text(name.clone(), value.as_str());
    }
    for (name, filename, content) in &files {
        form.file(name.clone(), Upload::from_bytes(filename.clone(), content.clone()));
    }
    let Ok((content_type, body)) = form.finish() else { return };
    let expected = texts
        .iter()
        .map(|(_, value)| value.as_bytes().to_vec())
        .chain(files.iter().map(|(_, _, content)| content.clone()));

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let length = http_body::Body::size_hint(&body).exact();
        let bytes = body.collect().await.expect("bytes do not fail").to_bytes();
        assert_eq!(length, Some(bytes.len() as u64));
        if texts.is_empty() && files.is_empty() {
            return;
        }
        let boundary = multer::parse_boundary(content_type.to_str().unwrap()).unwrap();
        let stream = std::future::ready(Ok::<_, std::convert::Infallible>(bytes));
        let mut read = multer::Multipart::new(futures_util::stream::once(stream), boundary);
        for content in expected {
            let field = read.next_field().await.expect("a part is readable").expect("a part");
            assert_eq!(field.bytes().await.unwrap(), content);
        }
        assert!(read.next_field().await.unwrap().is_none());
    });
});
