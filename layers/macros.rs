/// `get_ref`, `get_mut` and `into_inner` of a wrapper with a field `inner`.
macro_rules! inner_access {
    () => {
        /// What is wrapped.
        pub fn get_ref(&self) -> &S {
            &self.inner
        }

        /// What is wrapped, to be changed.
        pub fn get_mut(&mut self) -> &mut S {
            &mut self.inner
        }

        /// What was wrapped.
        pub fn into_inner(self) -> S {
            self.inner
        }
    };
}

/// Tells `tracing` what happens, where that feature is on. Otherwise not even
/// the fields are looked at.
#[cfg(feature = "tracing")]
macro_rules! event {
    ($name:literal, $($fields:tt)*) => {
        tracing::debug!(name: $name, target: "tower_socket", { $($fields)* }, $name)
    };
}

#[cfg(all(not(feature = "tracing"), any(feature = "dns", feature = "tls")))]
macro_rules! event {
    ($($unused:tt)*) => {};
}
