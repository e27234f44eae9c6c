//! Sends back whatever it receives, and tells Prometheus how that goes.

#[path = "shared/answer.rs"]
mod answer;
#[path = "shared/program.rs"]
mod program;
#[path = "shared/server.rs"]
mod server;

use std::{io, process::ExitCode};

use clap::Parser;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::io::{AsyncWriteExt, copy};
use tower_socket::{BoxError, Connection, Server, layers::LimitLayer};

use self::{
    answer::answer,
    server::{AnyServer, ServerOptions, address, http_address, serve},
};

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How many may ask for metrics at once.
const ASKING: usize = 16;

/// Sends back whatever it receives, and tells Prometheus how that goes
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,

    /// Where to listen for Prometheus
    #[arg(long, value_name = "URI", default_value = "127.0.0.1:9000")]
    metrics: String,
}

fn main() -> ExitCode {
    program::run(metrics_server)
}

async fn metrics_server(options: Options) -> Result<(), BoxError> {
    // Before the first connection comes.
    let recorded = PrometheusBuilder::new().install_recorder()?;
    let server = options.server.bind().await?;
    let limit = LimitLayer::new(ASKING);
    let metrics: AnyServer = Box::pin(Server::builder().limit(limit).bind(options.metrics).await?);
    println!("Listening on {}", address(&server));
    println!("Metrics on {}/metrics", http_address(&metrics));
    tokio::spawn(serve(metrics, move |connection| tell(connection, recorded.clone())));
    serve(server, echo).await;
    Ok(())
}

async fn tell(connection: Connection, recorded: PrometheusHandle) -> io::Result<()> {
    answer(connection, TEXT, || recorded.render()).await
}

async fn echo(connection: Connection) -> io::Result<()> {
    let (mut reader, mut writer) = connection.into_split();
    copy(&mut reader, &mut writer).await?;
    writer.shutdown().await
}
