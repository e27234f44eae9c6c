use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::io::AsyncWriteExt;
use tower_socket::{Incoming, layers::LimitLayer};

use tower::Layer;

use super::greeted;
use crate::support::{connect, pair_at, tcp_server, uri_of};

/// Records what this thread does while it is there.
struct Recording(
    &'static PrometheusRecorder,
    #[expect(dead_code)] metrics::LocalRecorderGuard<'static>,
);

impl Recording {
    fn begin() -> Self {
        let recorder: &'static _ = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        Self(recorder, metrics::set_default_local_recorder(recorder))
    }

    fn handle(&self) -> PrometheusHandle {
        self.0.handle()
    }

    /// Fails where the line is missing.
    #[track_caller]
    fn assert(&self, name: &str, labels: &str, value: u64) {
        let (text, line) = (self.handle().render(), format!("{name}{{{labels}}} {value}"));
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn what_is_accepted_and_open_is_recorded_for_each_listener() {
    let recording = Recording::begin();
    let (mut one, mut other) = (tcp_server().await, tcp_server().await);
    let (_client, _open) = pair_at(&mut one).await;
    drop(pair_at(&mut one).await);
    drop(pair_at(&mut other).await);
    let label = |server: &dyn Fn() -> String| format!("listener=\"{}\"", server());
    let [one, other] =
        [one, other].map(|server| label(&|| server.handle().address().unwrap().to_string()));
    recording.assert("tower_socket_accepted_total", &one, 2);
    recording.assert("tower_socket_open", &one, 1);
    recording.assert("tower_socket_accepted_total", &other, 1);
    recording.assert("tower_socket_open", &other, 0);
}

#[tokio::test]
async fn what_became_of_the_others_is_recorded_by_reason_and_kind() {
    let recording = Recording::begin();
    let mut server = LimitLayer::new(1).layer(greeted(9).await);
    let label = format!("listener=\"{}\"", server.handle().address().unwrap());
    let mut clients = Vec::new();
    for word in [1, 1, 0] {
        let mut client = connect(uri_of(&server)).await;
        client.write_u8(word).await.unwrap();
        clients.push((client, server.accept().await.unwrap()));
    }
    let labels = format!("{label},reason=\"limit_reached\"");
    recording.assert("tower_socket_rejected_total", &labels, 1);
    recording.assert("tower_socket_errors_total", &format!("{label},kind=\"handshake\""), 1);
    recording.assert("tower_socket_handshaking", &label, 0);
    recording.assert("tower_socket_open", &label, 1);
}

#[tokio::test]
async fn each_metric_says_what_it_is() {
    let recording = Recording::begin();
    drop(pair_at(&mut tcp_server().await).await);
    let text = recording.handle().render();
    assert!(
        text.contains("# HELP tower_socket_accepted_total Connections that were accepted."),
        "{text}"
    );
    assert!(text.contains("# TYPE tower_socket_open gauge"), "{text}");
}
