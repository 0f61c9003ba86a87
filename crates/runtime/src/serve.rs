//! The loop: one `poll(2)` for the Runtime API, the workers, php-fpm's log and its end.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use trace::Timestamp;

use crate::api::Api;
use crate::failure::StartFailure;
use crate::fpm::Fpm;
use crate::link::Link;
use crate::log::Log;
use crate::settings::Settings;
use crate::slot::{Slot, Surroundings};
use crate::tracing::Tracer;

/// Starts php-fpm and serves invocations until something ends that.
pub fn serve(settings: &Settings, environment: &BTreeMap<String, String>) -> StartFailure {
    let log = Log::new(settings.log_format);
    let mut server = match Server::start(settings, environment, log) {
        Ok(server) => server,
        Err(failure) => return tell_api(settings, failure),
    };
    loop {
        if let Err(failure) = server.turn() {
            return if server.served { failure } else { tell_api(settings, failure) };
        }
    }
}

/// The time. The runtime's one reader of the clock.
///
/// The standard library's, not rustix's: that looks for the kernel's own clock page by itself, and
/// valgrind, which `xtask icount` counts with, hides the page.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX))
}

struct Server<'a> {
    settings: &'a Settings,
    fpm: Fpm,
    slots: Vec<Slot>,
    log: Log,
    tracer: Tracer,
    buffer: Vec<u8>,
    started: Timestamp,
    /// Whether php-fpm has ever been ready.
    served: bool,
    /// Masters in a row that ended young.
    young_deaths: u32,
}

impl<'a> Server<'a> {
    fn start(
        settings: &'a Settings,
        environment: &BTreeMap<String, String>,
        log: Log,
    ) -> Result<Self, StartFailure> {
        let started = now();
        if !settings.scripts && !settings.front_controller_file().is_file() {
            return Err(StartFailure::NoHandler { file: settings.front_controller_file() });
        }
        let fpm = Fpm::start(settings, environment, started)?;
        fpm.said().iter().for_each(|line| log.say(line));
        let mut slots: Vec<Slot> = fpm
            .pools()
            .map(|(name, path)| Slot::new(Api::new(settings.api), Link::new(path), name, settings, started))
            .collect();
        for slot in &mut slots {
            slot.link.connect().map_err(|error| StartFailure::Preparation {
                what: "connect to its own socket".to_owned(),
                error,
            })?;
        }
        let buffer = vec![0; 64 * 1024];
        let tracer = Tracer::new(settings.xray.filter(|_| settings.trace));
        Ok(Self { settings, fpm, slots, log, tracer, buffer, started, served: false, young_deaths: 0 })
    }

    /// Waits for something, and does what follows from it.
    fn turn(&mut self) -> Result<(), StartFailure> {
        let master_ended = self.wait()?;
        let now = now();
        self.read_output();
        if master_ended {
            self.replace_master(now)?;
        }
        let mut around = Surroundings {
            settings: self.settings,
            fpm: &mut self.fpm,
            log: self.log,
            tracer: &self.tracer,
            now,
            buffer: &mut self.buffer,
        };
        for slot in &mut self.slots {
            slot.advance(&mut around)?;
        }
        let starting = self.slots.iter().any(Slot::is_starting);
        self.served |= !starting;
        if starting && !self.served && now.since(self.started) > START_LIMIT {
            let output = self.fpm.said().to_vec();
            return Err(StartFailure::PhpFpmSilent { seconds: START_LIMIT.as_secs(), output });
        }
        Ok(())
    }

    /// Waits until something can be read or written or an alarm is due. True if the master ended.
    fn wait(&self) -> Result<bool, StartFailure> {
        let (output, master) = self.fpm.descriptors();
        let mut descriptors = Vec::with_capacity(2 + 2 * self.slots.len());
        descriptors.push(PollFd::from_borrowed_fd(output, PollFlags::IN));
        if let Some(master) = master {
            descriptors.push(PollFd::from_borrowed_fd(master, PollFlags::IN));
        }
        let flag = |wanted, flag| if wanted { flag } else { PollFlags::empty() };
        for slot in &self.slots {
            let api = flag(slot.awaits_reply(), PollFlags::IN) | flag(slot.api.backlog() > 0, PollFlags::OUT);
            descriptors.extend(watched(slot.api.socket(), api));
            let worker =
                flag(slot.wants_to_read(), PollFlags::IN) | flag(slot.wants_to_write(), PollFlags::OUT);
            descriptors.extend(watched(slot.link.socket(), worker));
        }
        let timeout = self.alarm().map(|alarm| {
            let left = alarm.since(now());
            Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(left.subsec_nanos()),
            }
        });
        match poll(&mut descriptors, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                let what = "wait for its sockets".to_owned();
                return Err(StartFailure::Preparation { what, error: error.into() });
            }
        }
        Ok(master.is_none() || descriptors.get(1).is_some_and(|master| !master.revents().is_empty()))
    }

    fn alarm(&self) -> Option<Timestamp> {
        let start_limit = (!self.served).then(|| self.started.plus(START_LIMIT + Duration::from_millis(1)));
        self.slots.iter().filter_map(|slot| slot.alarm(self.settings)).chain(start_limit).min()
    }

    fn read_output(&mut self) {
        let (log, slots) = (self.log, &self.slots);
        self.fpm.read_output(&mut self.buffer, |line| {
            let (pool, text) = undecorated(line);
            let slot = match pool {
                Some(pool) => slots.iter().find(|slot| slot.pool() == pool),
                None if slots.len() == 1 => slots.first(),
                None => None,
            };
            log.line(slot.and_then(Slot::request_id), text);
        });
    }

    fn replace_master(&mut self, now: Timestamp) -> Result<(), StartFailure> {
        let Some((status, ran)) = self.fpm.reap(now) else { return Ok(()) };
        self.read_output();
        self.young_deaths = if ran < YOUNG { self.young_deaths + 1 } else { 0 };
        if !self.served || self.young_deaths > YOUNG_DEATHS_MAX {
            return Err(StartFailure::PhpFpmEnded { status, output: self.fpm.said().to_vec() });
        }
        self.log.say(&format!("WARNING\tphp-fpm's master ended ({status}); another one is started."));
        self.fpm.spawn(now)?;
        let mut around = Surroundings {
            settings: self.settings,
            fpm: &mut self.fpm,
            log: self.log,
            tracer: &self.tracer,
            now,
            buffer: &mut self.buffer,
        };
        self.slots.iter_mut().try_for_each(|slot| slot.master_replaced(&mut around))
    }
}

/// A socket to wait for. What isn't wanted isn't watched: an end that nobody is going to read would wake the
/// loop for ever.
fn watched(socket: Option<BorrowedFd<'_>>, wanted: PollFlags) -> Option<PollFd<'_>> {
    let socket = socket.filter(|_| !wanted.is_empty())?;
    Some(PollFd::from_borrowed_fd(socket, wanted))
}

/// Posts why the start failed; whether that arrives or not, the runtime ends.
fn tell_api(settings: &Settings, failure: StartFailure) -> StartFailure {
    let mut api = Api::new(settings.api);
    if api.fail_start(failure.error_type(), failure.to_json()).is_ok() {
        while let Ok(None) = api.receive() {
            let Some(socket) = api.socket() else { break };
            let mut descriptors = [PollFd::from_borrowed_fd(socket, PollFlags::IN)];
            let second = Timespec { tv_sec: 1, tv_nsec: 0 };
            if !matches!(poll(&mut descriptors, Some(&second)), Ok(1..)) {
                break;
            }
        }
    }
    failure
}

/// A worker's line out of what php-fpm writes around it when it has several:
/// `[24-Nov-2026 21:37:44] WARNING: [pool davy-0] child 12 said into stderr: "text"`
fn undecorated(line: &str) -> (Option<&str>, &str) {
    let parts = line.split_once("[pool ").and_then(|(_, rest)| {
        let (pool, rest) = rest.split_once(']')?;
        let (_, text) = rest.split_once(" said into std").and_then(|(_, rest)| rest.split_once(": \""))?;
        let text = text.strip_suffix('"').unwrap_or(text);
        Some((Some(pool), text.strip_prefix("PHP message: ").unwrap_or(text)))
    });
    parts.unwrap_or((None, line))
}

/// Lambda gives a start ten seconds; what went wrong must be told within them.
const START_LIMIT: Duration = Duration::from_millis(9_500);

/// A master that ends sooner than this after its start can't serve.
const YOUNG: Duration = Duration::from_secs(2);
const YOUNG_DEATHS_MAX: u32 = 3;

#[cfg(test)]
mod tests;
