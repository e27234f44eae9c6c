//! HTTP/1.0 by hand, as a protocol on top.

use tokio::io::{AsyncWriteExt, copy, stdout};
use tower_socket::{BoxError, Connector};

/// Prints the answer to `GET /`, header and all.
pub(crate) async fn get(connector: &Connector, url: &str, host: &str) -> Result<(), BoxError> {
    let mut connection = connector.connect(url).await?;
    let request = format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    connection.flush().await?;
    let mut stdout = stdout();
    copy(&mut connection, &mut stdout).await?;
    stdout.flush().await?;
    Ok(())
}
