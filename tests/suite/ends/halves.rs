use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Ends, hear_all, say};
use crate::support::settle;

// CONN-17, CONN-27, TLSS-40
#[tokio::test]
async fn who_has_ended_its_half_reads_the_answer_and_the_others_end() {
    for Ends { one, other } in Ends::all().await {
        let (mut reader, mut writer) = one.into_split();
        let (mut far_reader, mut far_writer) = other.into_split();
        say(&mut writer, b"request").await;
        writer.shutdown().await.unwrap();
        assert_eq!(hear_all(&mut far_reader).await.unwrap(), b"request");
        settle().await;
        assert!(reader.read(&mut [0]).now_or_never().is_none(), "one half is open");

        say(&mut far_writer, b"answer").await;
        far_writer.shutdown().await.unwrap();
        assert_eq!(hear_all(&mut reader).await.unwrap(), b"answer");
    }
}

// CONN-18
#[tokio::test]
async fn an_end_behind_many_bytes_loses_none_of_them() {
    let sent: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    for Ends { one, other } in Ends::all().await {
        let (mut reader, mut writer) = one.into_split();
        let (mut far_reader, mut far_writer) = other.into_split();
        let send = async {
            writer.write_all(&sent).await.unwrap();
            writer.shutdown().await.unwrap();
        };
        let (received, ()) = tokio::join!(hear_all(&mut far_reader), send);
        assert!(received.unwrap() == sent);
        far_writer.shutdown().await.unwrap();
        assert_eq!(hear_all(&mut reader).await.unwrap(), b"");
    }
}

// CONN-15
#[tokio::test]
async fn an_end_is_read_again_and_again() {
    for Ends { mut one, mut other } in Ends::all().await {
        one.shutdown().await.unwrap();
        one.shutdown().await.unwrap();
        for _ in 0..3 {
            assert_eq!(other.read(&mut [0]).await.unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn writing_after_the_own_end_is_an_error() {
    for Ends { mut one, other } in Ends::all().await {
        one.shutdown().await.unwrap();
        let error = async {
            one.write_all(b"x").await?;
            one.flush().await
        }
        .await
        .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{error}");
        drop(other);
    }
}
