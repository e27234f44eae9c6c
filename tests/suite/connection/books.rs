//! Who counts the bytes where connections wrap each other.

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream};
use tower_socket::{
    Connection,
    connection::{ConnectionState, Io},
};

use crate::support::tcp_pair;

async fn exchange(near: &mut Connection, far: &mut Connection) {
    near.write_all(b"ping").await.unwrap();
    near.flush().await.unwrap();
    far.read_exact(&mut [0; 4]).await.unwrap();
    far.write_all(b"pong").await.unwrap();
    near.read_exact(&mut [0; 4]).await.unwrap();
}

#[tokio::test]
async fn bytes_are_counted_once_however_many_connections_wrap_each_other() {
    let (near, mut far) = tcp_pair().await;
    let info = near.info().clone();
    let mut near = Connection::new(BufStream::new(near), info.clone());
    exchange(&mut near, &mut far).await;
    assert_eq!((info.bytes_read(), info.bytes_written()), (4, 4));
    info.close("enough");
    assert!(near.read_u8().await.is_err());
    drop(near);
    assert_eq!(info.state(), ConnectionState::Closed);
}

#[tokio::test]
async fn a_connection_made_of_parts_goes_on_with_the_books() {
    let (near, mut far) = tcp_pair().await;
    let parts = near.into_parts();
    let Io::Tcp(stream) = parts.io else { panic!("this is TCP") };
    let mut near = Connection::new(stream, parts.info.clone());
    near.hold(parts.held);
    exchange(&mut near, &mut far).await;
    assert_eq!((parts.info.bytes_read(), parts.info.bytes_written()), (4, 4));
    assert_eq!(parts.info.state(), ConnectionState::Open);
    drop(near);
    assert_eq!(parts.info.state(), ConnectionState::Closed);
}

#[tokio::test]
async fn a_connection_is_closed_once_its_parts_are_gone() {
    let (near, _far) = tcp_pair().await;
    let parts = near.into_parts();
    drop(parts.io);
    assert_eq!(parts.info.state(), ConnectionState::Open);
    drop(parts.held);
    assert_eq!(parts.info.state(), ConnectionState::Closed);
}
