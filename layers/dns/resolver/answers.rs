//! What has been answered, at hand.
//!
//! hickory keeps messages, and to read one again costs an eighth of a connect
//! over loopback. So the addresses are kept beside them, with no more to them
//! than the time they expire; errors are left to hickory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::layers::dns::{Answer, Name, Records};

type Known = HashMap<(Name, Records), Answer>;

#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<Known>);

impl Answers {
    pub(super) fn get(&self, name: &Name, records: Records, now: Instant) -> Option<Answer> {
        let known = self.known();
        known.get(&(name.clone(), records)).filter(|answer| is_current(answer, now)).cloned()
    }

    /// Those of unknown age are not kept. Where there is no room, all others
    /// go: hickory knows which of them are worth it.
    pub(super) fn keep(&self, question: (Name, Records), answer: &Answer, now: Instant, room: u64) {
        if room == 0 || !is_current(answer, now) {
            return;
        }
        let mut known = self.known();
        if known.len() as u64 >= room && !known.contains_key(&question) {
            known.clear();
        }
        known.insert(question, answer.clone());
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_current(answer: &Answer, now: Instant) -> bool {
    answer.expires.is_some_and(|expires| now < expires)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TTL: Duration = Duration::from_secs(60);

    fn question(name: &str, records: Records) -> (Name, Records) {
        (Name::from(name), records)
    }

    fn answer(address: &str, expires: Instant) -> Answer {
        Answer::new(vec![address.parse().unwrap()]).with_expires(expires)
    }

    fn has(answers: &Answers, name: &str, records: Records, now: Instant) -> bool {
        answers.get(&name.into(), records, now).is_some()
    }

    // DNSR-08
    #[test]
    fn an_answer_is_at_hand_until_it_expires_and_not_after() {
        let (answers, now) = (Answers::default(), Instant::now());
        let kept = answer("192.0.2.1:0", now + TTL);
        answers.keep(question("example.com", Records::A), &kept, now, 8);
        let last = now + TTL - Duration::from_nanos(1);
        assert_eq!(answers.get(&"example.com".into(), Records::A, last), Some(kept));
        assert!(!has(&answers, "example.com", Records::A, now + TTL));
    }

    // DNSR-08
    #[test]
    fn each_family_expires_on_its_own() {
        let (answers, now) = (Answers::default(), Instant::now());
        let (v4, v6) = (answer("192.0.2.1:0", now + TTL), answer("[2001:db8::1]:0", now + 2 * TTL));
        answers.keep(question("example.com", Records::A), &v4, now, 8);
        answers.keep(question("example.com", Records::Aaaa), &v6, now, 8);
        assert!(!has(&answers, "example.com", Records::A, now + TTL));
        assert_eq!(answers.get(&"example.com".into(), Records::Aaaa, now + TTL), Some(v6));
    }

    // DNSR-08
    #[test]
    fn that_there_is_no_address_is_an_answer_too() {
        let (answers, now) = (Answers::default(), Instant::now());
        let none = Answer::empty().with_expires(now + TTL);
        answers.keep(question("example.com", Records::Aaaa), &none, now, 8);
        assert!(has(&answers, "example.com", Records::Aaaa, now));
    }

    // DNSR-08
    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let (answers, now) = (Answers::default(), Instant::now());
        let names: Vec<_> = (0..100).map(|number| format!("host{number}.example")).collect();
        for name in &names {
            let kept = answer("192.0.2.1:0", now + TTL);
            answers.keep(question(name, Records::A), &kept, now, 8);
            assert!(has(&answers, name, Records::A, now));
            assert!(answers.known().len() <= 8);
        }
        answers.keep(
            question("example.com", Records::A),
            &answer("192.0.2.1:0", now + TTL),
            now,
            0,
        );
        assert!(!has(&answers, "example.com", Records::A, now));
    }

    #[test]
    fn a_newer_answer_takes_the_place_of_the_older_one() {
        let (answers, now) = (Answers::default(), Instant::now());
        for address in ["192.0.2.1:0", "192.0.2.2:0"] {
            let kept = answer(address, now + TTL);
            answers.keep(question("example.com", Records::A), &kept, now, 1);
            assert_eq!(answers.get(&"example.com".into(), Records::A, now), Some(kept));
        }
    }

    #[test]
    fn an_answer_of_unknown_age_is_not_kept() {
        let (answers, now) = (Answers::default(), Instant::now());
        let of_unknown_age = Answer::new(vec!["192.0.2.1:0".parse().unwrap()]);
        answers.keep(question("example.com", Records::A), &of_unknown_age, now, 8);
        answers.keep(question("example.com", Records::Aaaa), &answer("[::1]:0", now), now, 8);
        assert!(answers.known().is_empty());
    }
}
