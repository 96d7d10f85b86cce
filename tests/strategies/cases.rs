//! The cases of `strategies/<name>/tests.json`; the format is in `strategies/README.md`.

use algocline_wasm::domain::LlmQuery;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::driver::{self, Run};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    ctx: Json,
    pauses: Vec<Pause>,
    result: Option<Json>,
    includes: Option<Json>,
    custom: Option<Json>,
    error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pause {
    answers: Vec<String>,
    role: Option<String>,
    system: Option<String>,
    max_tokens: Option<u32>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    each: Vec<Vec<String>>,
}

impl Case {
    /// Runs the case; says what is not as expected.
    pub fn check(&self, strategy: &str) -> Result<(), String> {
        if self.result.is_none() && self.includes.is_none() && self.error.is_none() {
            return Err("the case expects nothing".into());
        }
        let mut problem = None;
        let run = driver::run(strategy, &self.ctx, &mut |index, queries| {
            let answers = match self.pauses.get(index) {
                Some(pause) => pause.check(queries).map(|()| pause.answers.clone()),
                None => Err(format!("one pause too many: {queries:?}")),
            };
            answers.inspect_err(|text| problem = Some(format!("pause {}: {text}", index + 1)))
        });
        match problem {
            Some(problem) => Err(problem),
            None => self.check_end(&run),
        }
    }

    fn check_end(&self, run: &Run) -> Result<(), String> {
        if run.pauses.len() != self.pauses.len() {
            return Err(format!(
                "{} pauses, expected {}",
                run.pauses.len(),
                self.pauses.len()
            ));
        }
        let result = match (&run.result, &self.error) {
            (Ok(_), Some(wanted)) => return Err(format!("no error, expected {wanted:?}")),
            (Err(error), Some(wanted)) if error.contains(wanted) => return Ok(()),
            (Err(error), _) => return Err(format!("it failed: {error}")),
            (Ok(result), None) => result,
        };
        if let Some(wanted) = &self.result {
            same(result, wanted, "result", true)?;
        }
        if let Some(wanted) = &self.includes {
            same(result, wanted, "result", false)?;
        }
        if let Some(wanted) = &self.custom {
            same(&run.custom, wanted, "custom", true)?;
        }
        Ok(())
    }
}

impl Pause {
    fn check(&self, queries: &[LlmQuery]) -> Result<(), String> {
        let count = self.answers.len();
        if queries.len() != count || (!self.each.is_empty() && self.each.len() != count) {
            return Err(format!(
                "{} queries, expected {count} with {} conditions of their own",
                queries.len(),
                self.each.len()
            ));
        }
        for (i, query) in queries.iter().enumerate() {
            let own = self.each.get(i).map_or(&[][..], Vec::as_slice);
            self.check_query(query, own)
                .map_err(|text| format!("query {}: {text}\n{}", i + 1, query.prompt))?;
        }
        Ok(())
    }

    fn check_query(&self, query: &LlmQuery, own: &[String]) -> Result<(), String> {
        if self.role.is_some() && self.role != query.role {
            return Err(format!("role {:?}, expected {:?}", query.role, self.role));
        }
        if let Some(limit) = self.max_tokens.filter(|limit| *limit != query.max_tokens) {
            return Err(format!("max_tokens {}, expected {limit}", query.max_tokens));
        }
        let system = query.system.as_deref().unwrap_or("");
        if let Some(part) = self.system.as_ref().filter(|part| !system.contains(*part)) {
            return Err(format!("system {system:?} lacks {part:?}"));
        }
        for part in self.contains.iter().chain(own) {
            if !query.prompt.contains(part) {
                return Err(format!("the prompt lacks {part:?}"));
            }
        }
        match self.lacks.iter().find(|part| query.prompt.contains(*part)) {
            Some(part) => Err(format!("the prompt holds {part:?}")),
            None => Ok(()),
        }
    }
}

/// Compares JSON; unless `whole`, objects may have keys that are not wanted.
fn same(got: &Json, wanted: &Json, place: &str, whole: bool) -> Result<(), String> {
    match (got, wanted) {
        (Json::Object(got), Json::Object(wanted)) => {
            if let Some(key) = got.keys().find(|key| whole && !wanted.contains_key(*key)) {
                return Err(format!("{place}.{key} is not expected"));
            }
            for (key, wanted) in wanted {
                let got = got.get(key).unwrap_or(&Json::Null);
                same(got, wanted, &format!("{place}.{key}"), whole)?;
            }
            Ok(())
        }
        (Json::Array(got), Json::Array(wanted)) if got.len() == wanted.len() => {
            for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
                same(got, wanted, &format!("{place}[{i}]"), whole)?;
            }
            Ok(())
        }
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => Ok(()),
        _ if got == wanted => Ok(()),
        _ => Err(format!("{place} is {got}, expected {wanted}")),
    }
}
