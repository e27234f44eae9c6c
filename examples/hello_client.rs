//! Says hello, and prints what the server says.

use tokio::io::{AsyncWriteExt, copy, stdout};
use tower_socket::{BoxError, Connector};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let uri = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let mut connection = Connector::new().connect(uri).await?;
    connection.write_all(b"Hello World!\n").await?;
    copy(&mut connection, &mut stdout()).await?;
    Ok(())
}
