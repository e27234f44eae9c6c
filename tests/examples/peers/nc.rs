use crate::support::{HOST, Program, command, port, program};

#[test]
fn nc_talks_to_our_server_over_tcp() {
    let Some(mut nc) = program("nc") else { return };
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    let nc = Program::run(nc.args(["-N", HOST, port(&uri)]), "hello\n");
    assert_eq!(nc.success(), "hello\n");
}

#[test]
fn nc_talks_to_our_server_over_a_unix_socket() {
    let Some(mut nc) = program("nc") else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("echo.sock");
    let server = Program::example("echo_server", &[&format!("unix://{}", path.display())]);
    server.listening();
    let nc = Program::run(nc.args(["-N", "-U"]).arg(&path), "hello\n");
    assert_eq!(nc.success(), "hello\n");
}

#[test]
fn our_client_talks_to_nc_over_tcp() {
    let Some(mut nc) = program("nc") else { return };
    let mut nc = Program::start(nc.args(["-l", "-v", "-N", HOST, "0"]));
    let line = nc.error_line_with("Listening on");
    let (_, port) = line.rsplit_once(' ').unwrap();

    let mut netcat = Program::start(command("netcat").arg(format!("{HOST}:{port}")));
    netcat.write("to nc\n");
    assert_eq!(nc.line(), "to nc");
    nc.write("to us\n");
    assert_eq!(netcat.line(), "to us");
    assert_eq!(netcat.end().code, Some(0));
    nc.end().success();
}
