//! Programs that try to bring the machine down each end in their own session;
//! the others do not notice.

mod common;
#[path = "common/hostile.rs"]
mod hostile;

use algocline_wasm::session::LimitsGiven;
use common::{Host, STEP, Theirs};
use hostile::{Ends, programs};

/// Fuel of each program.
const FUEL_LIMIT: u64 = 50_000_000;
/// Bytes of each program.
const MEMORY_LIMIT: u64 = 64 << 20;

#[test]
fn every_hostile_program_ends_and_the_others_go_on() {
    let host = Host::limited(LimitsGiven {
        fuel: Some(FUEL_LIMIT),
        memory_bytes: Some(MEMORY_LIMIT),
        slice_ms: None,
    });
    let (other, _) = host.start("local n = 0 while true do n = n + #alc.llm('n' .. n) end");
    let mut wrong = Vec::new();
    for (name, code, ends) in programs() {
        let started = std::time::Instant::now();
        let (event, fuel) = host.run_in_steps(&host.open(&code), STEP);
        let event = event.theirs();
        let seconds = started.elapsed().as_secs_f64();
        let error = event["error"].as_str().unwrap_or("");
        let good = match ends {
            Ends::Error(part) => event["status"] == "error" && error.contains(part),
            Ends::True => event["result"] == true,
        };
        if !good || seconds > 60.0 {
            let short: String = event.to_string().chars().take(300).collect();
            wrong.push(format!(
                "{name} ({seconds:.1} s, {fuel} fuel), not {ends:?}: {short}"
            ));
        }
        let next = host.reply(&other, "x");
        assert_eq!(next["status"], "needs_response", "after {name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(host.registry.len(), 1);
}
