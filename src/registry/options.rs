//! What a registry and a session are made with.

use std::rc::Rc;

use crate::alc::{MemoryStore, Packages};
use crate::domain::SortedMap;
use crate::session::{HistoryLimits, Limits, LimitsGiven};

/// Three hours, in milliseconds.
const DEFAULT_TTL_MS: u64 = 10_800_000;

/// What a registry is made with.
#[derive(Clone, Debug)]
pub struct RegistryOptions {
    /// A paused session idle for at least this long is reaped, in milliseconds.
    pub ttl_ms: u64,
    /// The limits of sessions that set none of their own.
    pub limits: Limits,
    /// What `require` finds.
    pub packages: Rc<Packages>,
    /// Whether the host is asked for modules that `packages` lacks, see
    /// [`Registry::request`](super::Registry::request).
    pub loads_packages: bool,
    /// Where `alc.state` and `alc.card` live, shared by the sessions; nothing
    /// where the host keeps them and is asked.
    pub store: Option<Rc<MemoryStore>>,
    /// Whether anybody calls [`take_events`](super::Registry::take_events).
    pub observed: bool,
}

impl Default for RegistryOptions {
    /// Three hours, the default limits, no packages, a store in memory, nobody
    /// looking.
    fn default() -> Self {
        Self {
            ttl_ms: DEFAULT_TTL_MS,
            limits: Limits::default(),
            packages: Rc::default(),
            loads_packages: false,
            store: Some(Rc::default()),
            observed: false,
        }
    }
}

/// What a session is started with.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Limits; those not given are the registry's.
    pub limits: LimitsGiven,
    /// What `alc.env` shows.
    pub env: SortedMap<String, String>,
    /// The seed of `math.random`; see [`seed_from_text`](crate::session::seed_from_text).
    pub seed: (u64, u64),
    /// The strategy's name, for snapshots.
    pub strategy: Option<String>,
    /// Whether its pauses are kept for [`rewind`](super::Registry::rewind), and how
    /// many.
    pub history: Option<HistoryLimits>,
}
