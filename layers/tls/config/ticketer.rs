//! Sealing tickets, and opening those that another process has sealed.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls::{
    ContentType, ProtocolVersion, Tls13CipherSuite,
    crypto::{
        CryptoProvider, SecureRandom,
        cipher::{AeadKey, InboundOpaqueMessage, Iv, OutboundChunks, OutboundPlainMessage},
        tls13::expand,
    },
    server::ProducesTickets,
};

use super::ticket_keys::{Secret, Secrets, TicketKeys};
use crate::Error;

/// How long tickets are sealed with the same keys, as rustls has it.
const PERIOD: u64 = 6 * 60 * 60;
/// What [`AeadKey`] is made of.
const KEY: usize = 32;
const SALT: usize = 32;
/// A period, then the salt.
const HEADER: usize = 8 + SALT;
/// As much as one record may carry (RFC 8446, section 5.1).
const LONGEST: usize = 1 << 14;

/// With a provider all of whose cipher suites are there.
pub(super) fn ticketer(
    keys: TicketKeys,
    provider: &CryptoProvider,
) -> Result<Arc<dyn ProducesTickets>, Error> {
    let mut suites = provider.cipher_suites.iter().filter_map(|suite| suite.tls13());
    let suite = suites.find(|suite| suite.aead_alg.key_len() == KEY);
    let suite = suite.ok_or_else(|| {
        Error::invalid_input(
            "the cryptography provider has nothing to seal session tickets with: \
             it lacks TLS 1.3 with 256 bit keys",
        )
    })?;
    Ok(Arc::new(Ticketer { keys, suite, random: provider.secure_random, now }))
}

/// Since 1970.
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

struct Ticketer {
    keys: TicketKeys,
    suite: &'static Tls13CipherSuite,
    random: &'static dyn SecureRandom,
    now: fn() -> Duration,
}

impl Ticketer {
    fn period(&self) -> u64 {
        (self.now)().as_secs() / PERIOD
    }

    fn derive(&self, secret: &Secret, header: &[u8]) -> (AeadKey, Iv) {
        let (period, salt) = header.split_at(header.len() - SALT);
        let derived = self.suite.hkdf_provider.extract_from_secret(Some(salt), &secret[..]);
        let info = |what: &'static [u8]| [b"tower-socket session ticket ", what, period];
        (expand(&*derived, &info(b"key")), expand(&*derived, &info(b"iv")))
    }

    fn open(&self, secret: &Secret, header: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (key, iv) = self.derive(secret, header);
        let mut sealed = sealed.to_vec();
        let message = InboundOpaqueMessage::new(
            ContentType::ApplicationData,
            ProtocolVersion::TLSv1_2,
            &mut sealed,
        );
        let opened = self.suite.aead_alg.decrypter(key, iv).decrypt(message, 0).ok()?;
        Some(opened.payload.to_vec())
    }
}

impl ProducesTickets for Ticketer {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        2 * PERIOD as u32
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        if plain.len() > LONGEST {
            return None;
        }
        let mut ticket = self.period().to_be_bytes().to_vec();
        ticket.resize(HEADER, 0);
        self.random.fill(&mut ticket[HEADER - SALT..]).ok()?;
        let (key, iv) = self.keys.secrets(|secrets| self.derive(&secrets.seals, &ticket));
        let message = OutboundPlainMessage {
            typ: ContentType::ApplicationData,
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(plain),
        };
        let sealed = self.suite.aead_alg.encrypter(key, iv).encrypt(message, 0).ok()?;
        ticket.extend_from_slice(sealed.payload.as_ref());
        Some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let (header, sealed) = ticket.split_at_checked(HEADER)?;
        let made = u64::from_be_bytes(*header.first_chunk()?);
        // Another machine's clock may be ahead.
        if made.abs_diff(self.period()) > 1 {
            return None;
        }
        self.keys.secrets(|Secrets { seals, opens }| {
            std::iter::once(seals).chain(opens).find_map(|it| self.open(it, header, sealed))
        })
    }
}

impl fmt::Debug for Ticketer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticketer").finish_non_exhaustive()
    }
}

#[cfg(all(test, any(feature = "aws-lc-rs", feature = "ring")))]
mod tests {
    #[cfg(feature = "aws-lc-rs")]
    use rustls::crypto::aws_lc_rs::default_provider;
    #[cfg(not(feature = "aws-lc-rs"))]
    use rustls::crypto::ring::default_provider;

    use super::*;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    fn ticketer(keys: &TicketKeys) -> Arc<dyn ProducesTickets> {
        super::ticketer(keys.clone(), &default_provider()).unwrap()
    }

    fn at(secret: [u8; 32], now: fn() -> Duration) -> Ticketer {
        let provider = default_provider();
        let suites = provider.cipher_suites.iter().filter_map(|suite| suite.tls13());
        let suite = suites.max_by_key(|suite| suite.aead_alg.key_len()).unwrap();
        Ticketer { keys: TicketKeys::new(secret), suite, random: provider.secure_random, now }
    }

    #[test]
    fn a_ticket_opens_where_the_secret_is_the_same() {
        let ticket = ticketer(&TicketKeys::new(OLD)).encrypt(b"session").unwrap();
        assert_eq!(ticketer(&TicketKeys::new(OLD)).decrypt(&ticket).unwrap(), b"session");
        assert_eq!(ticketer(&TicketKeys::new(NEW)).decrypt(&ticket), None);
    }

    #[test]
    fn a_secret_is_changed_with_no_ticket_lost() {
        let [one, other] = [(); 2].map(|()| TicketKeys::new(OLD));
        let steps = [(OLD, vec![NEW]), (NEW, vec![OLD])];
        for (secret, accepted) in steps {
            let made = || [&one, &other].map(|keys| ticketer(keys).encrypt(b"session").unwrap());
            let before = made();
            one.replace(secret, accepted.clone());
            for ticket in before.iter().chain(&made()) {
                assert!(ticketer(&one).decrypt(ticket).is_some());
                assert!(ticketer(&other).decrypt(ticket).is_some());
            }
            other.replace(secret, accepted);
        }
        one.replace(NEW, []);
        assert_eq!(ticketer(&one).decrypt(&at(OLD, now).encrypt(b"5").unwrap()), None);
    }

    #[test]
    fn every_bit_of_a_ticket_counts() {
        let ticketer = ticketer(&TicketKeys::new(OLD));
        let ticket = ticketer.encrypt(b"session").unwrap();
        for bit in 0..ticket.len() * 8 {
            let mut changed = ticket.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ticketer.decrypt(&changed), None);
        }
        (0..ticket.len()).for_each(|length| assert_eq!(ticketer.decrypt(&ticket[..length]), None));
    }

    #[test]
    fn no_two_tickets_are_alike() {
        let ticketer = ticketer(&TicketKeys::new(OLD));
        assert_ne!(ticketer.encrypt(b"session"), ticketer.encrypt(b"session"));
    }

    #[test]
    fn a_ticket_lives_to_the_end_of_the_next_six_hours() {
        const HOUR: u64 = 60 * 60;
        let made: fn() -> Duration = || Duration::from_secs(600 * HOUR);
        let ticket = at(OLD, made).encrypt(b"session").unwrap();
        for (when, opens) in [
            ((|| Duration::from_secs(600 * HOUR - 1)) as fn() -> Duration, true),
            (|| Duration::from_secs(612 * HOUR - 1), true),
            (|| Duration::from_secs(612 * HOUR), false),
            (|| Duration::from_secs(594 * HOUR - 1), false),
        ] {
            assert_eq!(at(OLD, when).decrypt(&ticket).is_some(), opens, "{:?}", when());
        }
        assert_eq!(at(OLD, made).lifetime(), 12 * 60 * 60);
    }

    #[test]
    fn what_no_record_can_carry_makes_no_ticket() {
        let ticketer = ticketer(&TicketKeys::new(OLD));
        let ticket = ticketer.encrypt(&[7; LONGEST]).unwrap();
        assert_eq!(ticketer.decrypt(&ticket).unwrap(), [7; LONGEST]);
        assert_eq!(ticketer.encrypt(&[7; LONGEST + 1]), None);
    }

    #[test]
    fn a_provider_that_cannot_seal_is_refused() {
        let provider = CryptoProvider { cipher_suites: Vec::new(), ..default_provider() };
        let error = super::ticketer(TicketKeys::new(OLD), &provider).unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
    }

    #[test]
    fn no_secret_is_shown() {
        let keys = TicketKeys::new([0xa7; 32]);
        assert_eq!(format!("{keys:?} {:?}", ticketer(&keys)), "TicketKeys { .. } Ticketer { .. }");
    }
}
