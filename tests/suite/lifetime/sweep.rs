//! The one task of a layer.

use tokio::{
    io::AsyncReadExt,
    runtime::{Builder, Handle, Runtime},
    time::sleep,
};
use tower_socket::layers::IdleTimeoutLayer;

use super::{SECOND, assert_closed, through};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn there_is_one_task_while_there_are_connections_and_none_without() {
    let layer = IdleTimeoutLayer::new(8 * SECOND);
    assert_eq!(tasks(), 0);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(through(&layer.clone()).await);
        assert_eq!(tasks(), 1);
    }
    open.truncate(1);
    sleep(2 * SECOND).await;
    assert_eq!(tasks(), 1);
    open.clear();
    sleep(2 * SECOND).await;
    assert_eq!(tasks(), 0);

    let _again = through(&layer).await;
    assert_eq!(tasks(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_task_outlives_the_layer_as_long_as_its_connections_do() {
    let (mut connection, _far) = through(&IdleTimeoutLayer::new(SECOND)).await;
    let error = connection.read_u8().await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 1s");
    sleep(SECOND).await;
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_connection_held_without_io_keeps_no_task() {
    let (connection, _far) = through(&IdleTimeoutLayer::new(SECOND)).await;
    sleep(3 * SECOND).await;
    assert_eq!(tasks(), 0);
    assert!(!connection.info().is_closed());
}

#[tokio::test(start_paused = true)]
async fn thousands_are_closed_in_the_same_time() {
    let layer = IdleTimeoutLayer::new(SECOND);
    let mut open = Vec::new();
    for _ in 0..5_000 {
        open.push(through(&layer).await);
    }
    // Some leave from the middle.
    let mut nth = 0;
    open.retain(|_| {
        nth += 1;
        nth % 3 > 0
    });
    sleep(SECOND * 9 / 8 + SECOND / 100).await;
    for (connection, _far) in &mut open {
        let error = connection.read_u8().await.unwrap_err();
        assert_closed(&error, "nothing was sent or received for 1s");
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

#[test]
fn connections_of_a_runtime_that_ended_are_closed_with_those_of_the_next() {
    let layer = IdleTimeoutLayer::new(SECOND / 20);
    let (mut left, _far) = runtime().block_on(through(&layer));
    let error = runtime().block_on(async {
        let _next = through(&layer).await;
        left.read_u8().await.unwrap_err()
    });
    assert_closed(&error, "nothing was sent or received for 50ms");
}
