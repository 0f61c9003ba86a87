//! What fits into an event and what does not, said to whom.

use testkit::http::{Part, Request};
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

use crate::differential::TEMPLATE;

#[test]
fn a_binary_upload_fits_as_long_as_its_base64_does() {
    let stack = stack("<?php echo $_FILES['file']['size'] ?? 'none';");
    let upload = |bytes: usize| {
        let content: Vec<u8> = (0..bytes).map(|index| u8::try_from(index * 7 % 251).unwrap_or(0)).collect();
        stack.send(&Request::multipart(
            "/",
            &[Part { name: "file", file: Some("photo.bin"), content: &content }],
        ))
    };
    assert_eq!(upload(4_400_000).expect(200).text(), "4400000");
    upload(4_800_000).expect(413);
    // The viewer gets what an HTTP API answers; whose template it is reads why.
    stack.hear("travels as base64");
    assert_eq!(upload(1_000).expect(200).text(), "1000", "the next one is answered");
}

#[test]
fn a_large_answer_passes_and_a_larger_one_fails_by_name() {
    let stack = stack(
        "<?php header('Content-Type: application/octet-stream'); header('Cache-Control: no-store');\n\
         echo str_repeat(\"\\xff\\x00\\x7f\", intdiv((int) $_GET['bytes'], 3));",
    );
    let passes = stack.get("/?bytes=4500000").expect(200);
    assert_eq!(passes.body.len(), 4_500_000);
    let refused = stack.get("/?bytes=4800000");
    assert!(refused.status >= 500, "{}", refused.status);
    stack.get("/?bytes=3").expect(200);
}

#[test]
fn a_script_that_does_not_end_fails_alone() {
    let project = Project::empty()
        .file("template.yaml", TEMPLATE.replace("Timeout: 20", "Timeout: 1"))
        .file("app/index.php", "<?php if (isset($_GET['slow'])) { sleep(20); } echo 'quick';");
    let stack = Launch::of(project).start();
    stack.get("/").expect(200);
    let failed = stack.get("/?slow");
    assert!(failed.status >= 500, "{}", failed.status);
    assert_eq!(stack.get("/").expect(200).text(), "quick");
}

fn stack(index: &str) -> Stack {
    Launch::of(Project::empty().file("template.yaml", TEMPLATE).file("app/index.php", index)).start()
}
