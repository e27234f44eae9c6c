/// Bytes that are left over, until they are wanted. Holds no memory while empty.
#[derive(Default)]
pub(super) struct Remainder {
    bytes: Vec<u8>,
    consumed: usize,
}

impl Remainder {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[self.consumed..]
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.consumed += bytes;
        if self.consumed >= self.bytes.len() {
            *self = Self::default();
        }
    }

    /// To append to.
    pub(super) fn as_mut_vec(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}
