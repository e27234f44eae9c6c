//! One answer to every HTTP request, by hand.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy, sink},
    time::timeout,
};
use tower_socket::Connection;

/// How many bytes the header of a request may have.
const HEADER: u64 = 16 * 1024;

/// How long a client gets to ask, and then to close.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for a request and answers it with what `page` makes then.
pub(crate) async fn answer(
    mut connection: Connection,
    content_type: &str,
    page: impl FnOnce() -> String,
) -> io::Result<()> {
    if !timeout(PATIENCE, read_request(&mut connection)).await?? {
        return Ok(());
    }
    connection.write_all(response(content_type, &page()).as_bytes()).await?;
    connection.shutdown().await?;
    // Closing a socket that has unread input would reset it, and the answer
    // with it.
    let _ = timeout(PATIENCE, copy(&mut connection, &mut sink())).await;
    Ok(())
}

/// Whether there was one: a header that ends with an empty line.
async fn read_request(connection: &mut Connection) -> io::Result<bool> {
    let mut header = BufReader::new(connection).take(HEADER);
    let mut line = Vec::new();
    while header.read_until(b'\n', &mut line).await? > 0 {
        if line.trim_ascii().is_empty() {
            return Ok(true);
        }
        line.clear();
    }
    Ok(false)
}

fn response(content_type: &str, page: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n\
         Content-Type: {content_type}\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    )
}
