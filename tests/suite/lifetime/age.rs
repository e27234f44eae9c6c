use futures_util::FutureExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{Instant, sleep},
};
use tower::ServiceBuilder;
use tower_socket::layers::{IdleTimeoutLayer, MaxAgeLayer, lifetime::Lifetime};

use super::{SECOND, assert_closed, assert_passed, through};

#[tokio::test(start_paused = true)]
async fn a_busy_connection_is_closed_when_it_is_old() {
    let (mut connection, mut far) = through(&MaxAgeLayer::new(80 * SECOND)).await;
    let begun = Instant::now();
    let error = loop {
        sleep(SECOND).await;
        far.write_u8(1).await.unwrap();
        if let Err(error) = connection.read_u8().await {
            break error;
        }
    };
    assert_closed(&error, "open for longer than 80s");
    assert_passed(begun, 80 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn each_connection_has_an_age_of_its_own() {
    let layer = MaxAgeLayer::new(80 * SECOND);
    let (mut first, _far) = through(&layer).await;
    sleep(40 * SECOND).await;
    let (mut second, _far) = through(&layer).await;
    let begun = Instant::now();
    first.read_u8().await.unwrap_err();
    assert_passed(begun, 40 * SECOND);
    assert!(second.read_u8().now_or_never().is_none());
    second.read_u8().await.unwrap_err();
    assert_passed(begun, 80 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn both_layers_stand_above_each_other() {
    let both = ServiceBuilder::new()
        .layer(MaxAgeLayer::new(80 * SECOND))
        .layer(IdleTimeoutLayer::new(8 * SECOND));
    let inner = futures_util::stream::iter([Ok::<_, tower_socket::Error>(
        tower_socket::Connection::from(tokio::io::duplex(64).0),
    )]);
    let mut server: Lifetime<Lifetime<_>> = both.service(inner);
    let mut connection = futures_util::StreamExt::next(&mut server).await.unwrap().unwrap();
    sleep(9 * SECOND).await;
    let error = connection.write_all(b"x").await.unwrap_err();
    assert_closed(&error, "nothing was sent or received for 8s");
}
