//! Random programs, stopped at random.

use super::generator::Generator;
use super::support::{check, template};

#[test]
fn random_programs_frozen_between_slices_go_the_same_way() {
    let template = template();
    let env = |name: &str, default| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let (count, first) = (env("RANDOM_PROGRAMS", 150_u64), env("RANDOM_SEED", 1_u64));
    for seed in first..first + count {
        let body = Generator::new(seed).program();
        let source = format!(
            "local function p(...) print((pause(...))) end\n\
             print(pcall(function(...)\n{body}\nend, 1, 2.5, 'three'))\nprint('end', collectgarbage('count'), {{}})"
        );
        let slice = [50, 333, 2_000][seed as usize % 3];
        check(&template, &format!("seed {seed}"), &source, slice);
    }
}
