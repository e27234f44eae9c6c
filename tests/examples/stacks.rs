use crate::support::Program;

#[test]
fn quick_start_shows_an_echo_server_and_its_client() {
    let output = Program::example("quick_start", &[]).end().success();
    assert!(output.starts_with("Listening on tcp://127.0.0.1:"), "{output}");
    assert!(output.contains(" connected]\n"), "{output}");
    assert!(output.contains(" disconnected]\n"), "{output}");
    assert!(output.contains("the server says: Hello World!\n"), "{output}");
}

#[test]
fn layers_stacked_by_hand_talk_to_each_other() {
    let output = Program::example("layers", &[]).end().success();
    assert!(output.contains("\nconnected to tls://echo.example:"), "{output}");
    assert!(output.contains(", TLSv1.3, "), "{output}");
    assert!(output.contains("the server says: Hello, layers!\n"), "{output}");
}
