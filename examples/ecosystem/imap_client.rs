//! Logs into an IMAP server, in TLS after STARTTLS, and lists the mailboxes.

use std::env;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tower_socket::{
    BoxError, Connection, Connector,
    layers::tls::{ClientTls, Roots, StartTls},
};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [host, port, user, password, roots] = arguments.as_slice() else {
        return Err("imap_client HOST PORT USER PASSWORD ROOTS".into());
    };
    let tls = ClientTls::builder().roots(Roots::none().pem_file(roots)).build()?;
    let start_tls = StartTls::client(tls, host)?;

    let connection = Connector::new().connect(format!("{host}:{port}")).await?;
    let mut imap = BufReader::new(connection);
    imap.read_line(&mut String::new()).await?;
    say(&mut imap, "STARTTLS").await?;
    let mut imap = BufReader::new(start_tls.upgrade(imap).await?);

    say(&mut imap, &format!("LOGIN {user} {password}")).await?;
    let mailboxes = say(&mut imap, "LIST \"\" *").await?;
    println!("{:?}", imap.get_ref().info().tls());
    print!("{mailboxes}");
    say(&mut imap, "LOGOUT").await?;
    imap.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Sends a command, and returns what is said before `OK`.
async fn say(imap: &mut BufReader<Connection>, command: &str) -> Result<String, BoxError> {
    imap.write_all(format!("a {command}\r\n").as_bytes()).await?;
    imap.flush().await?;
    let mut said = String::new();
    loop {
        let mut line = String::new();
        imap.read_line(&mut line).await?;
        match line.strip_prefix("a ") {
            Some(end) if end.starts_with("OK") => return Ok(said),
            Some(end) => return Err(end.into()),
            None if line.is_empty() => return Err("the server hung up".into()),
            None => said += &line,
        }
    }
}
