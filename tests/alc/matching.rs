//! Reading answers: choices, yes and no, JSON, pieces of text.

use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, eval_with, outcome};

/// The same result in one slice and in as many as possible.
fn eval_both_ways(code: &str, ctx: Json) -> Json {
    let whole = eval_with(code, ctx.clone());
    let mut run = Run::new(code, ctx);
    run.slice = 1;
    assert_eq!(outcome(run.finish(|_| String::new())), whole, "{code}");
    whole
}

#[test]
fn the_candidate_named_last_wins() {
    for (args, result) in [
        ("'x', {}", json!(null)),
        ("'PASS', {'pass'}", json!("pass")),
        (
            "'first PASS, then blocked', {'PASS', 'BLOCKED'}",
            json!("BLOCKED"),
        ),
        ("'pass pass', {'PASS', 'pas'}", json!("PASS")),
        ("'a', {'A', 'a'}", json!("A")),
        ("'bypass', {'PASS'}", json!("PASS")),
        ("'ÄRGER', {'ärger'}", json!("ärger")),
        ("5, {4, 5}", json!(5)),
    ] {
        let code = format!("return alc.match_enum({args})");
        assert_eq!(eval_both_ways(&code, json!({})), result, "{args}");
    }
}

#[test]
fn else_the_word_most_alike() {
    for (args, result) in [
        (
            "'I would say (accpt).', {'REJECT', 'ACCEPT'}",
            json!("ACCEPT"),
        ),
        ("'accpt', {'ACCEPT'}, {threshold=0.99}", json!(null)),
        ("'accpt', {'ACCEPT'}, {threshold='0.9'}", json!("ACCEPT")),
        ("'nothing alike', {'QQQ'}", json!(null)),
        ("'martha', {'marthx', 'marhta'}", json!("marhta")),
        ("'accpt', {'ACCEPT', 'accept'}", json!("ACCEPT")),
    ] {
        let code = format!("return alc.match_enum({args})");
        assert_eq!(eval_both_ways(&code, json!({})), result, "{args}");
    }
    // A word as long as a text is no word: comparing it would take for ever.
    let code = "return alc.match_enum(('ab'):rep(100000), {('ba'):rep(100000) .. 'x'})";
    assert_eq!(eval(code), json!(null));
}

/// Jaro and Winkler to the bit: with the library's own result as threshold a word is
/// found, and with the next number it is not. The library is there natively only.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn likeness_is_what_the_library_computes() {
    let letters = ['a', 'b', 'c', 'é'];
    let mut state = 1_u64;
    let mut word = || {
        let mut text = String::from("x");
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let mut bits = state >> 16;
        for _ in 0..bits % 11 {
            bits /= 7;
            text.push(letters[bits as usize % 4]);
        }
        text
    };
    let mut compared = 0;
    for _ in 0..400 {
        let (a, b) = (word(), word());
        let like = strsim::jaro_winkler(&a, &b);
        if !a.contains(&b) {
            let code = format!(
                "local function try(t) return alc.match_enum('{a}', {{'{b}'}}, {{threshold = t}}) end \
                 return {{try({like:?}) or 'none', try({:?}) or 'none'}}",
                like.next_up()
            );
            assert_eq!(eval(&code), json!([b, "none"]), "{a} {b}");
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn lists_of_choices_must_be_lists_of_texts() {
    for (args, text) in [
        (
            "'x', 'y'",
            "bad argument #2: error converting Lua string to Vec<String> (expected table)",
        ),
        (
            "'x', {{}}",
            "bad argument #2: error converting Lua table to String (expected string or number)",
        ),
        (
            "nil, {}",
            "bad argument #1: error converting Lua nil to String (expected string or number)",
        ),
        (
            "'x', {}, 1",
            "bad argument #3: error converting Lua integer to table",
        ),
    ] {
        let error = eval(&format!("return alc.match_enum({args})"));
        assert_eq!(error, format!("lua error: {text}"), "{args}");
    }
}

#[test]
fn the_last_yes_or_no_counts() {
    for (text, result) in [
        ("true story", json!(true)),
        ("NO!", json!(false)),
        ("", json!(null)),
        ("not ok", json!(true)),
        ("はい yes", json!(true)),
        ("OK?no", json!(false)),
        ("failed bypass token", json!(null)),
        ("LGTM", json!(true)),
        ("disagree", json!(false)),
        ("approved, but then rejected", json!(false)),
    ] {
        let found = eval_with("return alc.match_bool(ctx.t)", json!({ "t": text }));
        assert_eq!(found, result, "{text}");
    }
}

#[test]
fn json_is_found_in_free_text() {
    for (text, result) in [
        ("{\"a\":1}", json!({"a": 1})),
        (" [1] ", json!([1])),
        ("x {\"a\":1} y", json!({"a": 1})),
        ("```json\n[1]\n``` {\"b\":2}", json!([1])),
        ("```lua\nx = {}\n``` {\"b\":2}", json!({})),
        ("```\n{\"a\": [1, {}]}\n```", json!({"a": [1, {}]})),
        ("{\"a\":\"}\"} t", json!({"a": "}"})),
        ("say \"{\" or {\"a\":\"\\\"}\"}", json!({"a": "\"}"})),
        ("[1] {\"b\":2}", json!({"b": 2})),
        ("{broken} then {\"c\":3}", json!({"c": 3})),
        ("{outer {\"c\":3}}", json!({"c": 3})),
        ("list: [1, [2]] and [3", json!([1, [2]])),
        ("no", json!(null)),
        ("5", json!(null)),
        ("\"{}\"", json!({})),
        ("{\"a\":", json!(null)),
    ] {
        let found = eval_both_ways("return alc.json_extract(ctx.t)", json!({ "t": text }));
        assert_eq!(found, result, "{text}");
    }
    assert_eq!(eval("return alc.json_extract(nil) == nil"), json!(true));
    assert_eq!(eval("return alc.json_extract({}) == nil"), json!(true));
}

#[test]
fn looking_for_json_takes_time_in_proportion() {
    for piece in ["{", "[", "{\\\"a\\\":", "[[[[\\\"", "{\\\"a\\\":1,", "[1,"] {
        let code = format!("return alc.json_extract((\"{piece}\"):rep(100000)) == nil");
        let mut run = Run::new(&code, json!({}));
        run.slice = 1_000_000;
        assert_eq!(
            outcome(run.finish(|_| String::new())),
            json!(true),
            "{piece}"
        );
        assert!(run.slices < 60, "{piece} took {} slices", run.slices);
    }
}

#[test]
fn texts_are_cut_by_lines_and_characters() {
    for (args, result) in [
        ("'a\\nb\\r\\nc\\n', {size=2}", json!(["a\nb", "c"])),
        ("'a\\nb\\nc', {size=2, overlap=1}", json!(["a\nb", "b\nc"])),
        ("'a\\n\\nb', {size=1}", json!(["a", "", "b"])),
        ("'a\\nb', {size=1, overlap=5}", json!(["a", "b"])),
        ("'a\\nb'", json!(["a\nb"])),
        ("'\\n'", json!([""])),
        ("'abcde', {mode='chars', size=2}", json!(["ab", "cd", "e"])),
        (
            "'あいうえ', {mode='chars', size=3, overlap=1}",
            json!(["あいう", "うえ"]),
        ),
        ("'abc', {mode='chars', size=3}", json!(["abc"])),
        ("'abc', {mode='words', size=1}", json!(["abc"])),
        ("'', {}", json!([])),
        ("'abc', {size=0}", json!([])),
        ("'abc', {size=-1, overlap={}}", json!(["abc"])),
        ("'ab', {mode='chars', size=1.9}", json!(["a", "b"])),
        ("12, {mode='chars', size='1'}", json!(["1", "2"])),
    ] {
        let code = format!("return alc.chunk({args})");
        assert_eq!(eval(&code), result, "{args}");
    }
}
