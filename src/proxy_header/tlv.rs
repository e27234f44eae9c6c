//! What else a header of version 2 may say (proxy-protocol.txt, section 2.2).

/// What the client chose by ALPN, `h2`, say.
pub const ALPN: u8 = 0x01;
/// The host name the client asked for, the SNI.
pub const AUTHORITY: u8 = 0x02;
/// A name of the connection for logs, at most 128 bytes.
pub const UNIQUE_ID: u8 = 0x05;
/// What is known of the client's TLS; it has parts of its own.
pub const SSL: u8 = 0x20;
/// The network namespace of the client.
pub const NETNS: u8 = 0x30;
/// The first of sixteen types for private use.
pub const CUSTOM: u8 = 0xE0;
