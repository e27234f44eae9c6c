//! Everything that wraps a connector, a server or the handling of a connection.
