use tokio::sync::Mutex;

/// Room for one session, which those who ask share. Who needs a new one opens
/// it; the others wait for that.
pub(super) struct Kept<S>(Mutex<Slot<S>>);

struct Slot<S> {
    session: Option<S>,
    /// How many there have been.
    number: u64,
}

impl<S> Default for Kept<S> {
    fn default() -> Self {
        Self(Mutex::new(Slot { session: None, number: 0 }))
    }
}

impl<S: Clone> Kept<S> {
    pub(super) async fn get(&self) -> Option<(u64, S)> {
        let slot = self.0.lock().await;
        Some((slot.number, slot.session.clone()?))
    }

    pub(super) async fn get_or_open<E>(
        &self,
        opening: impl Future<Output = Result<S, E>>,
    ) -> Result<(u64, S), E> {
        let mut slot = self.0.lock().await;
        if let Some(session) = &slot.session {
            return Ok((slot.number, session.clone()));
        }
        let session = opening.await?;
        slot.session = Some(session.clone());
        slot.number += 1;
        Ok((slot.number, session))
    }

    /// That one, not one that came after it.
    pub(super) async fn forget(&self, number: u64) {
        let mut slot = self.0.lock().await;
        if slot.number == number {
            slot.session = None;
        }
    }

    /// The same without waiting: where one is being opened there is none.
    pub(super) fn forget_now(&self, number: u64) {
        if let Ok(mut slot) = self.0.try_lock()
            && slot.number == number
        {
            slot.session = None;
        }
    }
}
