//! The scripted model of `strategies/README.md`.

use std::collections::BTreeMap;

use algocline_wasm::domain::LlmQuery;
use serde::Deserialize;

/// One text or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Texts {
    pub fn as_slice(&self) -> &[String] {
        match self {
            Texts::None => &[],
            Texts::One(text) => std::slice::from_ref(text),
            Texts::Many(texts) => texts,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    role: Option<String>,
    #[serde(default, rename = "match")]
    matches: Texts,
    #[serde(default)]
    system: Texts,
    #[serde(default)]
    tags: BTreeMap<String, Texts>,
    answers: Texts,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    rules: Vec<Rule>,
    #[serde(default)]
    otherwise: String,
}

/// Answers queries by a script.
pub struct ScriptedModel {
    script: Script,
    /// How often each rule has answered.
    counts: Vec<usize>,
}

impl ScriptedModel {
    pub fn new(script: Script) -> Self {
        let counts = vec![0; script.rules.len()];
        ScriptedModel { script, counts }
    }

    /// The answer, and whether a rule gave it.
    pub fn reply(&mut self, query: &LlmQuery) -> (String, bool) {
        let Some(index) = self.script.rules.iter().position(|rule| fits(rule, query)) else {
            return (filled_in(&self.script.otherwise, &query.prompt, 0), false);
        };
        let answers = self.script.rules[index].answers.as_slice();
        let count = self.counts[index];
        self.counts[index] += 1;
        let template = &answers[count % answers.len()];
        (filled_in(template, &query.prompt, count + 1), true)
    }
}

fn holds_all(text: &str, parts: &Texts) -> bool {
    parts.as_slice().iter().all(|part| text.contains(part))
}

fn fits(rule: &Rule, query: &LlmQuery) -> bool {
    (rule.role.is_none() || rule.role == query.role)
        && holds_all(&query.prompt, &rule.matches)
        && holds_all(query.system.as_deref().unwrap_or(""), &rule.system)
        && rule
            .tags
            .iter()
            .all(|(name, parts)| holds_all(tag_text(&query.prompt, name), parts))
}

/// What stands between the first `<name>` and the `</name>` after it, trimmed.
fn tag_text<'a>(prompt: &'a str, name: &str) -> &'a str {
    let Some((_, rest)) = prompt.split_once(&format!("<{name}>")) else {
        return "";
    };
    let close = format!("</{name}>");
    rest.split_once(&close)
        .map_or(rest, |(text, _)| text)
        .trim()
}

fn shorten(text: &str, length: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= length {
        return line;
    }
    let start: String = line.chars().take(length.saturating_sub(1)).collect();
    format!("{}…", start.trim_end())
}

fn filled_in(template: &str, prompt: &str, count: usize) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((field, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let (name, length) = match field.split_once('|') {
            Some((name, length)) => (name.trim(), length.trim().parse().ok()),
            None => (field.trim(), None),
        };
        match (name, length) {
            ("n", _) => out.push_str(&count.to_string()),
            (name, Some(length)) => out.push_str(&shorten(tag_text(prompt, name), length)),
            (name, None) => out.push_str(tag_text(prompt, name)),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[test]
fn rules_and_templates() {
    let script = r#"{ "rules": [
        { "role": "a", "match": ["x", "y"], "answers": ["{{n}} {{task|6}}", "{{n}}"] },
        { "tags": { "t": "in" }, "system": "s", "answers": "[{{t}}]" }
    ], "otherwise": "none" }"#;
    let mut model = ScriptedModel::new(serde_json::from_str(script).unwrap());
    let mut ask = |role: Option<&str>, system: Option<&str>, prompt: &str| {
        let mut query = LlmQuery::new("q-0".into(), prompt);
        query.role = role.map(str::to_owned);
        query.system = system.map(str::to_owned);
        model.reply(&query).0
    };
    let prompt = "x y <task> one\n two </task>";
    assert_eq!(ask(Some("a"), None, prompt), "1 one t…");
    assert_eq!(ask(Some("a"), None, prompt), "2");
    assert_eq!(ask(Some("b"), None, prompt), "none");
    assert_eq!(ask(None, Some("is"), "<t>inside</t>"), "[inside]");
    assert_eq!(ask(None, Some("is"), "<t>out</t> in"), "none");
}
