use tokio::runtime::Handle;

use crate::Error;

/// Sockets belong to a tokio runtime.
pub(crate) fn require() -> Result<(), Error> {
    match Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => {
            Err(Error::invalid_input("sockets need a tokio runtime, and this is outside one"))
        }
    }
}
