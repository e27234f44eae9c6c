//! Prints what a server answers to `GET /` over HTTP.

#[path = "shared/client.rs"]
mod client;
#[path = "shared/http.rs"]
mod http;
#[path = "shared/program.rs"]
mod program;

use std::process::ExitCode;

use clap::Parser;
use tower_socket::BoxError;

use self::client::ClientOptions;

/// Prints what a server answers to `GET /` over HTTP
#[derive(Debug, Parser)]
struct Options {
    /// The server; port 80 unless another one is given
    #[arg(value_name = "HOST[:PORT]")]
    host: String,

    #[command(flatten)]
    client: ClientOptions,
}

fn main() -> ExitCode {
    program::run(http_client)
}

async fn http_client(options: Options) -> Result<(), BoxError> {
    let connector = options.client.connector()?;
    let host = options.host.strip_suffix(":80").unwrap_or(&options.host);
    http::get(&connector, &format!("http://{host}"), host).await
}
