//! Prints what a server answers to `GET /` over HTTPS.

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

/// Prints what a server answers to `GET /` over HTTPS
#[derive(Debug, Parser)]
struct Options {
    /// The server; port 443 unless another one is given
    #[arg(value_name = "HOST[:PORT]")]
    host: String,

    #[command(flatten)]
    client: ClientOptions,
}

fn main() -> ExitCode {
    program::run(https_client)
}

async fn https_client(options: Options) -> Result<(), BoxError> {
    let connector = options.client.connector()?;
    let host = options.host.strip_suffix(":443").unwrap_or(&options.host);
    http::get(&connector, &format!("https://{host}"), host).await
}
