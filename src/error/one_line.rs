use std::fmt;

/// Writes a space where a library's text has a line break.
pub(super) struct OneLine<W> {
    inner: W,
    broken: bool,
}

impl<W> OneLine<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, broken: false }
    }
}

impl<W: fmt::Write> fmt::Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (nth, line) in text.split(['\r', '\n']).enumerate() {
            self.broken |= nth > 0;
            if line.is_empty() {
                continue;
            }
            if std::mem::take(&mut self.broken) {
                self.inner.write_char(' ')?;
            }
            self.inner.write_str(line)?;
        }
        Ok(())
    }
}
