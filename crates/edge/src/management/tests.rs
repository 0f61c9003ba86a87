use super::*;

fn batch(paths: &[&str], quantity: usize, reference: &str) -> String {
    let paths = format!("<Path>{}</Path>", paths.join("</Path><Path>"));
    format!(
        "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Paths>\
         <Quantity>{quantity}</Quantity><Items>{paths}</Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch>"
    )
}

#[test]
fn e180_a_batch_is_read() {
    let read = Batch::read(batch(&["/a&amp;b", "/assets/*"], 2, "cli-1").as_bytes()).unwrap();
    assert_eq!(read.paths, ["/a&b", "/assets/*"]);
    assert_eq!(read.caller_reference, "cli-1");
}

#[track_caller]
fn check_refused(document: &str, code: &str) {
    let fault = Batch::read(document.as_bytes()).unwrap_err();
    assert_eq!(fault.code, code, "{fault:?}");
}

#[test]
fn e181_e183_what_cannot_be_is_refused_by_its_code() {
    check_refused("<InvalidationBatch><Paths>", "InvalidArgument");
    check_refused("<a></b>", "MalformedXML");
    check_refused(&batch(&["/a"], 2, "x"), "InconsistentQuantities");
    check_refused(&batch(&[""], 1, "x"), "InvalidArgument");
    check_refused(&batch(&["a"], 1, "x"), "InvalidArgument");
    check_refused(&batch(&["/a"], 1, ""), "InvalidArgument");
    check_refused(&batch(&[&format!("/{}", "a".repeat(4_000))], 1, "x"), "InvalidArgument");
    check_refused(&batch(&["/a*"; 16], 16, "x"), "TooManyInvalidationsInProgress");
    check_refused(&batch(&vec!["/a"; 3_001], 3_001, "x"), "TooManyInvalidationsInProgress");
}
