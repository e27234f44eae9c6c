use crate::support::{Pki, Program, command};

fn assert_measures(server: &Program, uri: &str, options: &[&str]) {
    let bytes = 3_000_000;
    let netcat = Program::run(command("netcat").arg(uri).args(options), &"x".repeat(bytes));
    assert_eq!(netcat.success(), "");
    let line = server.line_with("disconnected");
    let start = format!(" disconnected after receiving {bytes} bytes in ");
    let (_, line) = line.split_once(&start).expect(&line);
    let (seconds, rate) = line.split_once(" s => ").unwrap();
    let (seconds, rate) = (seconds.parse::<f64>(), rate.trim_end_matches(" MiB/s]").parse::<f64>());
    assert!(seconds.unwrap() > 0.0);
    assert!(rate.unwrap() > 0.0);
}

#[test]
fn tells_how_much_came_and_how_fast() {
    let server = Program::example("benchmark_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    assert_measures(&server, &uri, &[]);
}

#[test]
fn counts_what_is_inside_of_tls() {
    let pki = Pki::new();
    let server = Program::example("benchmark_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    assert_measures(&server, &uri, &["--cafile", &pki.root]);
}
