//! What the events say, a row for each thing that took time.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tower_socket::{Connection, Error};

use super::recorder::Recorded;

#[derive(Debug)]
pub(crate) struct Race {
    pub(crate) rows: Vec<Row>,
    pub(crate) elapsed: Duration,
}

#[derive(Debug)]
pub(crate) struct Row {
    /// `AAAA`, `A`, `TCP` or `TLS`.
    pub(crate) phase: String,
    /// The name that is looked up, or the address.
    pub(crate) what: String,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
    pub(crate) outcome: Outcome,
    /// The outcome in a word or two.
    pub(crate) note: String,
    /// Why it failed, where a word does not say it.
    pub(crate) reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Pending,
    Done,
    Won,
    Failed,
    Canceled,
}

impl Race {
    pub(crate) fn new(
        events: Vec<Recorded>,
        elapsed: Duration,
        result: &Result<Connection, Error>,
    ) -> Self {
        let mut race = Self { rows: Vec::new(), elapsed };
        for event in &events {
            race.add(event);
        }
        race.finish(result);
        race
    }

    fn add(&mut self, event: &Recorded) {
        match event.name {
            "dns_query_started" => self.start(event, phase(event), event.field("hostname")),
            "dns_query_finished" => self.end_lookup(event),
            "attempt_started" => self.start(event, "TCP", event.field("target")),
            "handshake_started" => self.start_handshake(event),
            "attempt_outcome" => self.end_attempt(event),
            _ => {}
        }
    }

    fn start(&mut self, event: &Recorded, phase: &str, what: &str) {
        self.rows.push(Row::new(phase, what, event.at, self.elapsed));
    }

    fn row(&mut self, phase: &str, what: &str) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.phase == phase && row.what == what)
    }

    fn end_lookup(&mut self, event: &Recorded) {
        let Some(row) = self.row(phase(event), event.field("hostname")) else { return };
        row.end(event.at, Outcome::Done);
        row.note = match (event.field("answer_type"), event.field("results").split(',').count()) {
            ("positive", 1) => "1 address".to_owned(),
            ("positive", count) => format!("{count} addresses"),
            ("negative", _) => "no addresses".to_owned(),
            _ => return row.fail(event),
        };
    }

    /// Right below its attempt. One to an address that was given has none.
    fn start_handshake(&mut self, event: &Recorded) {
        let target = event.field("target");
        if self.row("TCP", target).is_none() {
            self.rows.push(Row::new("TCP", target, Duration::ZERO, self.elapsed));
        }
        let Some(nth) = self.rows.iter().position(|row| row.what == target) else { return };
        self.rows[nth].end(event.at, Outcome::Done);
        self.rows[nth].note = "connected".to_owned();
        self.rows.insert(nth + 1, Row::new("TLS", target, event.at, self.elapsed));
    }

    fn end_attempt(&mut self, event: &Recorded) {
        let rows = self.rows.iter_mut().filter(|row| row.what == event.field("target"));
        let rows: Vec<_> = rows.collect();
        let won = event.field("result") == "success";
        for row in rows.into_iter().filter(|row| won || row.outcome == Outcome::Pending) {
            match event.field("result") {
                "success" => row.win(event.at),
                "canceled" => row.end(event.at, Outcome::Canceled),
                _ => {
                    row.end(event.at, Outcome::Failed);
                    row.fail(event);
                }
            }
        }
    }

    /// Where nothing was looked up there was no race: the row is the call.
    fn finish(&mut self, result: &Result<Connection, Error>) {
        let elapsed = self.elapsed;
        let connected = result.as_ref().ok().and_then(Connection::peer_address);
        if let Some(peer) = connected.as_ref().filter(|_| self.rows.is_empty()) {
            let phase = if peer.path().is_some() { "Unix" } else { "TCP" };
            let what = peer.socket_addr().map_or_else(|| peer.to_string(), |peer| peer.to_string());
            self.rows.push(Row::new(phase, &what, Duration::ZERO, elapsed));
        }
        if result.is_ok() && !self.rows.iter().any(|row| row.outcome == Outcome::Won) {
            self.rows.iter_mut().for_each(|row| row.win(elapsed));
        }
        for row in &mut self.rows {
            row.note = row.note_or_outcome();
        }
    }
}

impl Row {
    fn new(phase: &str, what: &str, start: Duration, end: Duration) -> Self {
        let (note, reason) = (String::new(), String::new());
        let (phase, what) = (phase.to_owned(), what.to_owned());
        Self { phase, what, start, end, outcome: Outcome::Pending, note, reason }
    }

    fn end(&mut self, at: Duration, outcome: Outcome) {
        self.end = at;
        self.outcome = outcome;
    }

    fn win(&mut self, at: Duration) {
        if self.outcome == Outcome::Pending {
            self.end = at;
        }
        self.outcome = Outcome::Won;
    }

    fn fail(&mut self, event: &Recorded) {
        self.outcome = Outcome::Failed;
        self.note = event.field("error_code").to_owned();
        if self.note.is_empty() {
            let message = event.field("error_message");
            let why = message.split_once("failed during TLS handshake: ");
            self.reason = why.map_or(message, |(_, why)| why).to_owned();
        }
    }

    fn note_or_outcome(&self) -> String {
        let outcome = match self.outcome {
            _ if !self.note.is_empty() => &self.note,
            Outcome::Pending if self.is_lookup() => "no answer",
            Outcome::Pending | Outcome::Failed => "failed",
            Outcome::Canceled => "canceled",
            Outcome::Won => "won",
            Outcome::Done => "",
        };
        outcome.to_owned()
    }

    fn is_lookup(&self) -> bool {
        !matches!(self.phase.as_str(), "TCP" | "TLS" | "Unix")
    }

    /// The port is in the URI, and the same for all.
    pub(crate) fn shown(&self) -> String {
        let address = self.what.parse::<SocketAddr>();
        address.map_or_else(|_| self.what.clone(), |address| address.ip().to_string())
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "phase": self.phase,
            "what": self.what,
            "start_ms": milliseconds(self.start),
            "end_ms": milliseconds(self.end),
            "outcome": self.note,
            "won": self.outcome == Outcome::Won,
            "reason": Some(&self.reason).filter(|reason| !reason.is_empty()),
        })
    }
}

fn phase(event: &Recorded) -> &str {
    match event.field("qtypes") {
        "AAAA,A" => "DNS",
        qtypes => qtypes,
    }
}

/// To three places.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
