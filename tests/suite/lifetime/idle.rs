use futures_util::FutureExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep},
};
use tower_socket::{Connection, layers::IdleTimeoutLayer};

use super::{SECOND, assert_closed, assert_passed, through};

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_closed_with_the_time_it_had() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(60 * SECOND)).await;
    let begun = Instant::now();
    let error = connection.read_u8().await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 60s");
    assert_passed(begun, 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_next_write_fails_too() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(SECOND)).await;
    connection.write_all(b"x").await.unwrap();
    sleep(2 * SECOND).await;
    let error = connection.write_all(b"x").await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 1s");
}

#[tokio::test(start_paused = true)]
async fn the_time_begins_anew_with_each_byte_received() {
    let (mut connection, mut far) = through(&IdleTimeoutLayer::new(8 * SECOND)).await;
    for _ in 0..10 {
        sleep(7 * SECOND).await;
        far.write_u8(1).await.unwrap();
        connection.read_u8().await.unwrap();
    }
    let last = Instant::now();
    connection.read_u8().await.unwrap_err();
    assert_passed(last, 8 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_time_begins_anew_with_each_byte_sent() {
    let (mut connection, mut far) = through(&IdleTimeoutLayer::new(8 * SECOND)).await;
    for _ in 0..10 {
        sleep(7 * SECOND).await;
        connection.write_u8(1).await.unwrap();
        far.read_u8().await.unwrap();
    }
    assert!(connection.read_u8().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_silent() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(SECOND)).await;
    let begun = Instant::now();
    let error = connection.write_all(&[0; 1000]).await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 1s");
    assert_passed(begun, SECOND);
}

#[tokio::test(start_paused = true)]
async fn halves_and_wrappers_are_watched_as_one() {
    let (connection, mut far) = through(&IdleTimeoutLayer::new(8 * SECOND)).await;
    let info = connection.info().clone();
    let (mut reader, mut writer) = Connection::new(connection, info).into_split();
    for _ in 0..3 {
        sleep(7 * SECOND).await;
        writer.write_u8(1).await.unwrap();
        far.read_u8().await.unwrap();
    }
    let error = reader.read_u8().await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 8s");
}

#[tokio::test(start_paused = true)]
async fn the_shortest_is_a_few_milliseconds() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(std::time::Duration::ZERO)).await;
    let begun = Instant::now();
    let error = connection.read_u8().await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 0ns");
    assert!(begun.elapsed() <= SECOND / 50);
}

#[tokio::test(start_paused = true)]
async fn the_longest_is_for_ever() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(std::time::Duration::MAX)).await;
    sleep(1_000_000 * SECOND).await;
    assert!(connection.read_u8().now_or_never().is_none());
}
