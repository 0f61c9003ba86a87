use super::*;

#[tokio::test]
async fn an_order_is_answered_and_nonsense_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(ask(folder.path(), &Order::Endpoints).await.is_err(), "no stack yet");

    let control = Control::bind(folder.path()).unwrap();
    let serving = tokio::spawn(control.serve(|order| async move {
        match order {
            Order::Purge { paths } => Report::Purged { answers: paths.len() },
            Order::Endpoints => Report::Endpoints { endpoints: std::collections::BTreeMap::new() },
        }
    }));
    let order = Order::Purge { paths: vec!["/a".to_owned(), "/b*".to_owned()] };
    assert_eq!(ask(folder.path(), &order).await.unwrap(), Report::Purged { answers: 2 });

    let mut stream = UnixStream::connect(socket(folder.path())).await.unwrap();
    stream.write_all(b"nonsense\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("refused"), "{answer}");

    serving.abort();
    assert!(serving.await.unwrap_err().is_cancelled());
    assert!(!socket(folder.path()).exists());
}
