//! Values on their way in and out of a program.

use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, eval_with};

#[test]
fn results_are_json() {
    for (code, result) in [
        ("", json!(null)),
        ("return", json!(null)),
        ("return 1, 2", json!(1)),
        ("return 1.0", json!(1.0)),
        ("return 0/0", json!(null)),
        ("return {1, nil, 3}", json!([1, null, 3])),
        ("return {}", json!({})),
        ("return alc.json_array()", json!([])),
        ("return {list = alc.json_array{}}", json!({"list": []})),
        ("return alc.json_array{1, 2}", json!([1, 2])),
        ("return alc.json_array(alc.json_decode('[]'))", json!([])),
        ("local t = {} return {t, t}", json!([{}, {}])),
        (
            "local t = {} t[3] = 'c' t[2] = 'b' t[1] = 'a' return t",
            json!(["a", "b", "c"]),
        ),
        (
            "return {a = 1, ['2'] = 2, [3] = 3}",
            json!({"a": 1, "2": 2, "3": 3}),
        ),
    ] {
        assert_eq!(eval(code), result, "{code}");
    }
}

#[test]
fn floats_stay_floats() {
    let mut run = Run::new("return {1.0, 1, -0.0, 1e300, 2^53}", json!({}));
    let event = run.finish(|_| String::new());
    assert_eq!(
        event["result"].to_string(),
        "[1.0,1,-0.0,1e+300,9007199254740992.0]"
    );
}

#[test]
fn the_context_is_plain_lua() {
    assert_eq!(eval_with("return type(ctx) .. #ctx", json!(null)), "table0");
    assert_eq!(
        eval_with("return ctx.a == nil", json!({"a": null})),
        json!(true)
    );
    assert_eq!(eval_with("return ctx", json!([1, 2])), json!([1, 2]));
    assert_eq!(eval_with("return ctx", json!("s")), "s");
    assert_eq!(
        eval_with(
            "return {math.type(ctx.i), math.type(ctx.f), math.type(ctx.u)}",
            json!({"i": 1, "f": 1.0, "u": u64::MAX})
        ),
        json!(["integer", "float", "float"])
    );
    let nested = json!({"a": [], "b": {"c": [1, {"d": []}]}});
    assert_eq!(eval_with("return ctx", nested.clone()), nested);
}

#[test]
fn encoding_sorts_keys_and_escapes() {
    let code = r#"return alc.json_encode{b = 1, a = {}, c = 'é\n"\1/\127'}"#;
    let expected = "{\"a\":{},\"b\":1,\"c\":\"é\\n\\\"\\u0001/\u{7f}\"}";
    assert_eq!(eval(code), expected);
    assert_eq!(eval("return alc.json_encode()"), "null");
    assert_eq!(
        eval("return alc.json_encode(setmetatable({1}, {__index = error}))"),
        "[1]"
    );
}

#[test]
fn decoding_takes_text_and_numbers() {
    assert_eq!(eval("return alc.json_decode(5)"), json!(5));
    assert_eq!(eval("return #alc.json_decode('[1,null,3]')"), json!(3));
    assert_eq!(
        eval("return next(alc.json_decode('{\"a\":null}'))"),
        json!(null)
    );
    assert_eq!(
        eval("return alc.json_decode('{\"a\":1,\"a\":2}').a"),
        json!(2)
    );
    assert_eq!(
        eval("return getmetatable(alc.json_decode('[]'))"),
        json!(false)
    );
    assert_eq!(
        eval("return alc.json_decode({})"),
        "lua error: bad argument #1: error converting Lua table to String (expected string or number)"
    );
    assert_eq!(
        eval("return alc.json_decode('[1] x')"),
        "lua error: trailing characters at line 1 column 5"
    );
}

#[test]
fn what_was_decoded_comes_back_the_same() {
    let text = r#"{"a":[[],{},[null,1]],"b":{"c":-1.5e-7,"d":"\ud83d\ude00"},"e":true}"#;
    let value: Json = serde_json::from_str(text).unwrap();
    let code = "return alc.json_decode(alc.json_encode(alc.json_decode(ctx.text)))";
    assert_eq!(eval_with(code, json!({ "text": text })), value);
}

#[test]
fn errors_are_strings_and_name_the_place() {
    for (code, text) in [
        ("return print", "unsupported value type `function`"),
        (
            "return coroutine.create(print)",
            "unsupported value type `thread`",
        ),
        (
            "return {a = {1, print}}",
            "unsupported value type `function` (at a[2])",
        ),
        (
            "return {env = alc.env}",
            "unsupported value type `userdata` (at env)",
        ),
        (
            "local t = {} t.x = {t} return t",
            "recursive table detected (at x[1])",
        ),
        (
            "return {[true] = 1}",
            "invalid type: boolean `true`, expected a string key",
        ),
        (
            "return {x = {[{}] = 1}}",
            "invalid type: table, expected a string key (at x)",
        ),
        (
            "return '\\xff'",
            "invalid type: byte array, expected any valid JSON value",
        ),
        ("return {['1'] = 1, 2}", "two keys that are both \"1\""),
    ] {
        let error = format!("lua error: deserialize error: {text}");
        assert_eq!(eval(code), error, "{code}");
    }
    assert_eq!(
        eval("local ok, e = pcall(alc.json_encode, print) return type(e)"),
        "string"
    );
    assert_eq!(
        eval("return alc.json_array(setmetatable({}, {}))"),
        "lua error: alc.json_array: the table has a metatable already"
    );
}
