//! Reads `types/alc.d.lua` by the rules that stand at its top.

/// What editors are told.
pub const STUBS: &str = include_str!("../../types/alc.d.lua");

/// A parameter, a field or a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub optional: bool,
    pub kind: String,
    pub text: String,
}

/// One function.
#[derive(Clone, Debug)]
pub struct Function {
    /// As it is called: `alc.llm`, `alc.env:get`.
    pub path: String,
    pub about: String,
    pub params: Vec<Item>,
    pub returns: Vec<Item>,
}

/// One class with its fields.
#[derive(Clone, Debug)]
pub struct Class {
    pub name: String,
    pub parent: Option<String>,
    pub fields: Vec<Item>,
}

#[derive(Default)]
pub struct Stubs {
    pub functions: Vec<Function>,
    pub classes: Vec<Class>,
    pub aliases: Vec<String>,
}

/// Parts a type from what follows: it ends at the first blank outside of brackets
/// that no colon stands before, since `fun(…): T` goes on.
fn split_type(text: &str) -> (&str, &str) {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' | '[' | '<' => depth += 1,
            ')' | '}' | ']' | '>' => depth -= 1,
            ' ' if depth == 0 && before != ':' => return (&text[..at], text[at..].trim_start()),
            _ => {}
        }
        before = c;
    }
    assert_eq!(depth, 0, "brackets of {text}");
    (text, "")
}

/// `NAME TYPE text`.
fn item(line: &str) -> Item {
    let (name, rest) = split_type(line);
    let (kind, text) = split_type(rest);
    assert!(!kind.is_empty(), "no type: {line}");
    Item {
        name: name.trim_end_matches('?').to_owned(),
        optional: name.ends_with('?'),
        kind: kind.to_owned(),
        text: text.to_owned(),
    }
}

/// `TYPE name`.
fn returned(line: &str) -> Item {
    let (kind, name) = split_type(line);
    assert!(
        !name.is_empty() && !name.contains(' '),
        "a result's name: {line}"
    );
    Item {
        name: name.to_owned(),
        optional: kind.ends_with('?'),
        kind: kind.to_owned(),
        text: String::new(),
    }
}

/// One sentence, from a capital to a full stop.
fn check_sentence(text: &str, block: &str) {
    let first = text
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || c == '`');
    assert!(
        first && text.ends_with('.'),
        "no sentence: {text:?} in\n{block}"
    );
    assert!(
        !text.contains(". "),
        "more than a sentence: {text:?} in\n{block}"
    );
}

/// Reads the file; panics where it does not follow its own rules.
pub fn read() -> Stubs {
    let mut stubs = Stubs::default();
    for block in STUBS.split("\n\n").skip(1) {
        let block = block.trim_end();
        if block.starts_with("-- ") || block.is_empty() {
            assert!(block.lines().all(|line| line.starts_with("--")), "{block}");
            continue;
        }
        read_block(block, &mut stubs);
    }
    stubs
}

fn read_block(block: &str, stubs: &mut Stubs) {
    let mut lines = block.lines();
    let about = lines.next().unwrap_or_default();
    let about = about
        .strip_prefix("---")
        .unwrap_or_else(|| panic!("{block}"));
    check_sentence(about, block);
    let (mut params, mut returns): (Vec<Item>, Vec<Item>) = Default::default();
    let mut class: Option<Class> = None;
    let mut declared = None;
    for line in lines {
        if let Some(rest) = line.strip_prefix("---@class ") {
            let (name, parent) = match rest.split_once(": ") {
                Some((name, parent)) => (name, Some(parent.to_owned())),
                None => (rest, None),
            };
            class = Some(Class {
                name: name.to_owned(),
                parent,
                fields: Vec::new(),
            });
        } else if let Some(rest) = line.strip_prefix("---@field ") {
            let field = item(rest);
            if field.name != "[string]" {
                check_text(&field, block);
            }
            class
                .as_mut()
                .expect("a class has fields")
                .fields
                .push(field);
        } else if let Some(rest) = line.strip_prefix("---@param ") {
            let param = item(rest);
            // Options are described by their class.
            if !param.text.is_empty() || !param.kind.starts_with("alc.") {
                check_text(&param, block);
            }
            params.push(param);
        } else if let Some(rest) = line.strip_prefix("---@return ") {
            returns.push(returned(rest));
        } else if let Some(rest) = line.strip_prefix("---@alias ") {
            stubs.aliases.push(split_type(rest).0.to_owned());
        } else if let Some(rest) = line.strip_prefix("function ") {
            let rest = rest
                .strip_suffix(") end")
                .unwrap_or_else(|| panic!("{line}"));
            declared = Some(rest.split_once('(').unwrap());
        } else {
            let is_table = line.ends_with(" = {}") || line.starts_with("---@type ");
            assert!(is_table, "{line:?} is not of the form of this file");
        }
    }
    if let Some((path, names)) = declared {
        let documented: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        assert_eq!(documented.join(", "), names, "parameters of {path}");
        let mut given = params.iter().skip_while(|param| !param.optional);
        assert!(
            given.all(|p| p.optional || p.name == "..."),
            "order of {path}"
        );
        let (path, about) = (path.to_owned(), about.to_owned());
        stubs.functions.push(Function {
            path,
            about,
            params,
            returns,
        });
    }
    stubs.classes.extend(class);
}

fn check_text(item: &Item, block: &str) {
    let text = match item.text.rsplit_once(" (default: ") {
        Some((text, default)) => {
            assert!(item.optional && default.ends_with(')'), "{item:?}");
            format!("{text}.")
        }
        None => item.text.clone(),
    };
    check_sentence(&text, block);
}
