//! `alc.state` and `alc.card`: what is kept, where, and what a bad store leads to.

use std::cell::RefCell;
use std::rc::Rc;

use algocline_wasm::alc::{MemoryStore, StoreOp, StoreValue};
use serde_json::{Value as Json, json};

use crate::driver::{Run, eval, outcome};

fn run_on(store: &Rc<MemoryStore>, code: &str, ctx: Json) -> Json {
    let mut run = Run::new(code, ctx);
    run.host.store = Some(Rc::clone(store));
    outcome(run.finish(|_| "R".into()))
}

fn keys(store: &MemoryStore) -> Vec<String> {
    match store.answer(&StoreOp::List(String::new())).unwrap() {
        StoreValue::Keys(keys) => keys,
        other => panic!("{other:?}"),
    }
}

#[test]
fn state_outlives_the_session_and_namespaces_are_apart() {
    let store = Rc::new(MemoryStore::default());
    run_on(&store, "alc.state.set('k', {1, 2})", json!({"_ns": "a"}));
    run_on(&store, "alc.state.set('run:1', 'x')", json!({"_ns": "a"}));
    let read = "return {alc.state.get('k'), alc.state.get('run:1'), alc.state.keys()}";
    assert_eq!(
        run_on(&store, read, json!({"_ns": "a"})),
        json!([[1, 2], "x", ["k"]])
    );
    let other = "return {alc.state.get('k', 'none'), alc.state.get('run:1')}";
    assert_eq!(
        run_on(&store, other, json!({"_ns": "b"})),
        json!(["none", "x"])
    );
    assert_eq!(keys(&store), ["dispatch/run/1", "state/a/k"]);
}

#[test]
fn a_stored_null_is_a_value() {
    let code = "alc.state.set('k', nil) return {alc.state.get('k', 1) == nil, alc.state.has('k'),
        alc.state.set_nx('k', 2), alc.state.delete('k'), alc.state.get('k', 1)}";
    assert_eq!(eval(code), json!([true, true, false, true, 1]));
}

#[test]
fn a_flat_entry_under_a_dispatched_name_is_still_found() {
    let store = Rc::new(MemoryStore::default());
    let op = StoreOp::Set("state/default/p:1".into(), "7".into());
    store.answer(&op).unwrap();
    let code = "return {alc.state.get('p:1'), alc.state.set_nx('p:1', 8), alc.state.delete('p:1'),
        alc.state.has('p:1')}";
    assert_eq!(
        run_on(&store, code, json!({})),
        json!([7, false, true, false])
    );
}

#[test]
fn what_is_overwritten_or_reset_has_a_backup() {
    let store = Rc::new(MemoryStore::default());
    let code = "alc.state.set('r:1', {data = {completed_steps = {'a'}, x = 1}})
        local done = alc.state.reset('r', '1', {steps = {'a'}, fields = {'x'}})
        return {done, alc.state.show('r', '1')}";
    assert_eq!(
        run_on(&store, code, json!({})),
        json!([
            {"ok": true, "backup_path": "backup/r/1", "steps_removed": 1, "fields_removed": 1},
            {"data": {"completed_steps": []}},
        ])
    );
    let backup = store.answer(&StoreOp::Get("backup/r/1".into())).unwrap();
    let StoreValue::Found(Some(backup)) = backup else {
        panic!("there is no backup");
    };
    let backup: Json = serde_json::from_str(&backup).unwrap();
    assert_eq!(backup, json!({"data": {"completed_steps": ["a"], "x": 1}}));
}

#[test]
fn wrong_state_calls_are_named() {
    for (code, error) in [
        (
            "alc.state.set({}, 1)",
            "bad argument #1: error converting Lua table to String (expected string or number)",
        ),
        (
            "alc.state.show('a', 'b')",
            "state: key 'b' not found in namespace 'a'",
        ),
        (
            "alc.state.show('a', 'b/c')",
            "state: unsafe key segment 'b/c'",
        ),
        ("alc.state.set('k', print)", "function"),
        (
            "alc.state.set('d:1', {data = 5}) alc.state.reset('d', '1')",
            "state: shape invalid: 'data' top-level field must be an object",
        ),
        (
            "alc.state.set('d:1', {data = {completed_steps = 'x'}}) alc.state.reset('d', '1', {steps = {'x'}})",
            "state: shape invalid: data.completed_steps must be an array",
        ),
    ] {
        let found = eval(&format!(
            "local ok, e = pcall(function() {code} end) return e"
        ));
        let found = found.as_str().unwrap();
        assert!(found.contains(error), "{code}: {found}");
        assert!(!found.is_empty());
    }
}

#[test]
fn a_store_that_fails_or_gives_nonsense_is_an_error_that_can_be_caught() {
    for (answer, error) in [
        (
            Err("quota exceeded".to_owned()),
            "store: get 'state/default/k' failed: quota exceeded",
        ),
        (
            Ok(StoreValue::Found(Some("{nonsense".into()))),
            "store: get 'state/default/k' failed: the value is no JSON: key must be a string at line 1 column 2",
        ),
    ] {
        let code = "local ok, why = pcall(alc.state.get, 'k') return {ok, why, alc.llm('on')}";
        let mut run = Run::new(code, json!({}));
        run.host.store = None;
        run.store = Box::new(move |_| answer.clone());
        assert_eq!(
            outcome(run.finish(|_| "still here".into())),
            json!([false, error, "still here"])
        );
    }
}

#[test]
fn a_host_s_store_is_asked_wherever_the_program_is() {
    let kept = Rc::new(MemoryStore::default());
    let asked = Rc::new(RefCell::new(0));
    let code = "local items = {3, 1, 2}
        table.sort(items, function(a, b) alc.state.incr('n') return a < b end)
        local co = coroutine.wrap(function() coroutine.yield(alc.state.get('n') > 0) end)
        return {items, co(), alc.card.list()}";
    let mut run = Run::new(code, json!({}));
    run.slice = 50;
    run.host.store = None;
    let (counter, store) = (Rc::clone(&asked), Rc::clone(&kept));
    run.store = Box::new(move |op| {
        *counter.borrow_mut() += 1;
        store.answer(op)
    });
    assert_eq!(
        outcome(run.finish(|_| panic!("nothing is asked"))),
        json!([[1, 2, 3], true, []])
    );
    assert!(*asked.borrow() >= 6);
}

#[test]
fn a_full_store_says_so_and_keeps_what_it_has() {
    let store = Rc::new(MemoryStore::with_limit(1_000));
    let code = "alc.state.set('a', 1)
        local ok, why = pcall(alc.state.set, 'b', ('x'):rep(2000))
        return {ok, why, alc.state.get('a'), alc.state.has('b')}";
    assert_eq!(
        run_on(&store, code, json!({})),
        json!([
            false,
            "store: set 'state/default/b' failed: the store is full (1000 bytes)",
            1,
            false
        ])
    );
}

#[test]
fn a_card_is_named_as_algocline_names_it() {
    let code = "local c = alc.card.create {pkg = {name = 'p'}, created_at = '2026-11-22T12:43:57Z',
            created_by = 'alc@0.51.0'}
        local again = alc.card.create {pkg = {name = 'p'}, created_at = '2026-11-22T12:43:57Z',
            created_by = 'alc@0.51.0'}
        local kept = alc.card.get(c.card_id)
        return {c.card_id, again.card_id ~= c.card_id, kept.schema_version, kept.created_at}";
    assert_eq!(
        eval(code),
        json!([
            "p_model_20261122T124357_4a0249",
            true,
            "card/v0",
            "2026-11-22T12:43:57Z"
        ])
    );
}

#[test]
fn a_card_with_a_run_is_stored() {
    let code =
        "local c = alc.card.create {pkg = {name = 'p'}, run = {status = 'failed', flow = 'f-1'}}
        return {alc.card.get(c.card_id).run, c.card_id:sub(1, 5), alc.card.list()[1].flow}";
    let run = json!({"status": "failed", "flow": "f-1"});
    assert_eq!(eval(code), json!([run, "p_f1_", "f-1"]));
}

const CARDS: &str = "
    local function card(id, day, fields)
        fields.card_id, fields.created_at = id, ('2026-01-%02dT00:00:00Z'):format(day)
        fields.pkg = fields.pkg or {name = 'p'}
        alc.card.create(fields)
    end
    card('a', 1, {stats = {pass_rate = 1}, model = {id = 'gpt-5'}, tags = {'x', 'y'}})
    card('b', 2, {stats = {pass_rate = 0.5}, prior_card_id = 'a', prior_relation = 'tuned'})
    card('c', 3, {pkg = {name = 'other'}, metadata = {prior_card_id = 'b'}, flag = false})
    local function ids(list) return alc.map(list, function(c) return c.card_id end) end
";

#[test]
fn cards_are_found_by_predicates_and_ordered() {
    for (query, found) in [
        ("{}", json!(["c", "b", "a"])),
        ("{pkg = 'p'}", json!(["b", "a"])),
        ("{where = {pkg = {name = 'other'}}}", json!(["c"])),
        (
            "{where = {stats = {pass_rate = {gte = 0.5, lt = 1}}}}",
            json!(["b"]),
        ),
        (
            "{where = {stats = {pass_rate = {['in'] = {1, 2}}}}}",
            json!(["a"]),
        ),
        (
            "{where = {stats = {pass_rate = {nin = {1}}}}}",
            json!(["c", "b"]),
        ),
        (
            "{where = {stats = {pass_rate = {ne = 1}}}}",
            json!(["c", "b"]),
        ),
        ("{where = {stats = {exists = false}}}", json!(["c"])),
        ("{where = {tags = {contains = 'y'}}}", json!(["a"])),
        ("{where = {flag = false}}", json!(["c"])),
        (
            "{where = {model = {id = {starts_with = 'gpt'}}}}",
            json!(["a"]),
        ),
        (
            "{where = {_or = {{card_id = 'a'}, {card_id = 'c'}}}}",
            json!(["c", "a"]),
        ),
        (
            "{where = {_not = {card_id = 'a'}, _and = {{pkg = {name = 'p'}}}}}",
            json!(["b"]),
        ),
        ("{order_by = 'stats.pass_rate'}", json!(["b", "a", "c"])),
        ("{order_by = {'-stats.pass_rate'}}", json!(["a", "b", "c"])),
        (
            "{order_by = 'card_id', offset = 1, limit = 1}",
            json!(["b"]),
        ),
        ("{offset = 9}", json!([])),
    ] {
        let code = format!("{CARDS} return alc.json_array(ids(alc.card.find({query})))");
        assert_eq!(eval(&code), found, "{query}");
    }
}

#[test]
fn an_integer_pass_rate_is_a_pass_rate() {
    let code = format!("{CARDS} return alc.card.list {{pkg = 'p'}}");
    assert_eq!(
        eval(&code),
        json!([
            {"card_id": "b", "pkg": "p", "created_at": "2026-01-02T00:00:00Z", "pass_rate": 0.5},
            {"card_id": "a", "pkg": "p", "created_at": "2026-01-01T00:00:00Z", "model": "gpt-5", "pass_rate": 1},
        ])
    );
}

#[test]
fn wrong_card_calls_are_named() {
    for (code, error) in [
        (
            "alc.card.create(1)",
            "alc.card.create: input must be a table",
        ),
        (
            "alc.card.create {}",
            "alc.card.create: pkg.name is required",
        ),
        (
            "alc.card.create {pkg = {name = 'a/b'}}",
            "Invalid pkg name: 'a/b'",
        ),
        (
            "alc.card.create {pkg = {name = 'p'}, card_id = 'a'}",
            "alc.card.create: card 'a' already exists (immutable)",
        ),
        ("alc.card.find {where = 1}", "where clause must be a table"),
        (
            "alc.card.find {where = {_and = {x = 1}}}",
            "_and must be an array of sub-predicates",
        ),
        (
            "alc.card.find {order_by = 5}",
            "order_by must be a string or array of strings",
        ),
        (
            "alc.card.find {order_by = '-'}",
            "order_by key must not be empty",
        ),
        (
            "alc.card.find {order_by = 'a..b'}",
            "invalid order_by key: 'a..b'",
        ),
        (
            "alc.card.append('a', 1)",
            "alc.card.append: fields must be a table",
        ),
        (
            "alc.card.alias_set('x', 'nope')",
            "alc.card.alias_set: card 'nope' not found",
        ),
        (
            "alc.card.lineage {card_id = 'a', direction = 'x'}",
            "direction must be 'up', 'down', or 'both' (got 'x')",
        ),
        (
            "alc.card.compare('a', 'b')",
            "alc.card.compare: card 'a' has no samples to compare",
        ),
        (
            "alc.card.open {}",
            "alc.card.open: this store keeps whole cards only; use alc.card.create",
        ),
    ] {
        let code = format!("{CARDS} local ok, e = pcall(function() {code} end) return e");
        assert_eq!(eval(&code), json!(error));
    }
}

#[test]
fn cards_are_compared_by_welchs_test() {
    let code = "
        local function card(id, scores)
            alc.card.create {pkg = {name = 'p'}, card_id = id}
            local rows = alc.map(scores, function(score, i)
                return {score = score, detail = {half = score / 2}, odd = i % 2}
            end)
            alc.card.write_samples(id, rows)
        end
        card('a', {1, 2, 3, 4, 5})
        card('b', {6, 7, 8, 9, 10})
        card('c', {2, 2})
        card('d', {3, 3})
        card('e', {1})
        local function winner(a, b, opts)
            local test = alc.card.compare(a, b, opts)
            return {test.winner, test.significant, test.p_value ~= nil, test.delta}
        end
        local half = function(row) return row.score / 2 end
        return {
            whole = alc.card.compare('a', 'b'),
            back = winner('b', 'a'),
            path = alc.card.compare('a', 'b', {metric = 'detail.half'}).delta,
            fn = alc.card.compare('a', 'b', {metric = half}).metric,
            strict = winner('a', 'b', {alpha = 0.0001}),
            odd = alc.card.compare('a', 'b', {where = {odd = 1}}).a.n,
            constant = winner('c', 'd'),
            single = winner('a', 'e'),
            bad = {pcall(alc.card.compare, 'a', 'b', {metric = 'name'})},
        }";
    let found = eval(code);
    // R: t.test(1:5, 6:10) says t = -5, df = 8, p-value = 0.001053.
    let whole = &found["whole"];
    let number = |key: &str| whole[key].as_f64().unwrap();
    assert!((number("t_stat").abs() - 5.0).abs() < 1e-12, "{whole}");
    assert!((number("df") - 8.0).abs() < 1e-12, "{whole}");
    assert!(
        (number("p_value") - 0.001_052_826_3).abs() < 1e-9,
        "{whole}"
    );
    assert_eq!(whole["a"], json!({"card_id": "a", "n": 5, "mean": 3.0}));
    assert_eq!(whole["b"], json!({"card_id": "b", "n": 5, "mean": 8.0}));
    for (key, value) in [
        ("metric", json!("score")),
        ("alpha", json!(0.05)),
        ("delta", json!(5.0)),
        ("significant", json!(true)),
        ("winner", json!("b")),
    ] {
        assert_eq!(whole[key], value, "{key}");
    }
    // The sign of the delta says which mean is larger; the larger one wins.
    assert_eq!(found["back"], json!(["a", true, true, -5.0]));
    assert_eq!(found["path"], 2.5);
    assert_eq!(found["fn"], "(function)");
    assert_eq!(found["strict"], json!(["tie", false, true, 5.0]));
    assert_eq!(found["odd"], 3);
    assert_eq!(found["constant"], json!(["tie", false, false, 1.0]));
    assert_eq!(found["single"], json!(["tie", false, false, -2.0]));
    let error = "alc.card.compare: sample 1 of card 'a' has no number 'name'";
    assert_eq!(found["bad"], json!([false, error]));
}

#[test]
fn cards_without_a_field_come_last_whatever_the_field_and_the_order() {
    for field in ["model.id", "stats.pass_rate", "scenario.name", "a.b.c"] {
        let (head, tail) = field.split_once('.').unwrap();
        let nested = match tail.split_once('.') {
            Some((middle, last)) => format!("{{{middle} = {{{last} = v}}}}"),
            None => format!("{{{tail} = v}}"),
        };
        let code = format!(
            "for id, v in pairs {{x = 'm1', y = 'm2'}} do
                alc.card.create {{pkg = {{name = 'p'}}, card_id = id, {head} = {nested}}}
            end
            alc.card.create {{pkg = {{name = 'p'}}, card_id = 'none'}}
            local function ids(order) return alc.map(alc.card.find {{order_by = order}}, function(c) return c.card_id end) end
            return {{ids('{field}'), ids('-{field}')}}"
        );
        let expected = json!([["x", "y", "none"], ["y", "x", "none"]]);
        assert_eq!(eval(&code), expected, "{field}");
    }
}

#[test]
fn samples_are_written_once_and_read_in_part() {
    let code = format!(
        "{CARDS}
        local done = alc.card.write_samples('a', {{{{s = 1}}, {{s = 2}}, {{s = 3}}}})
        alc.card.write_samples('b', alc.json_array())
        return {{done, alc.card.read_samples('a', {{where = {{s = {{gt = 1}}}}, offset = 1}}),
            alc.card.read_samples('b'), alc.card.read_samples('c')}}"
    );
    assert_eq!(
        eval(&code),
        json!([{"path": "card_samples/a", "count": 3}, [{"s": 3}], [], []])
    );
}

#[test]
fn aliases_can_be_bound_again() {
    let code = format!(
        "{CARDS}
        alc.card.alias_set('best', 'a', {{pkg = 'p', note = 'n'}})
        alc.card.alias_set('best', 'b', {{pkg = 'p'}})
        alc.card.alias_set('all', 'c')
        return {{alc.card.get_by_alias('best').card_id, alc.card.get_by_alias('none') == nil,
            alc.map(alc.card.alias_list(), function(a) return a.name end),
            #alc.card.alias_list {{pkg = 'p'}}}}"
    );
    assert_eq!(eval(&code), json!(["b", true, ["all", "best"], 1]));
}

#[test]
fn lineage_goes_up_and_down() {
    let code = format!(
        "{CARDS}
        local up = alc.card.lineage {{card_id = 'c'}}
        local down = alc.card.lineage {{card_id = 'a', direction = 'down', depth = 1, include_stats = false}}
        return {{alc.map(up.nodes, function(n) return n.card_id .. n.depth end), up.edges,
            alc.map(down.nodes, function(n) return n.card_id .. n.depth end), down.truncated}}"
    );
    assert_eq!(
        eval(&code),
        json!([
            ["c0", "b-1", "a-2"],
            [{"from": "c", "to": "b"}, {"from": "b", "to": "a", "relation": "tuned"}],
            ["a0", "b1"],
            true
        ])
    );
}

#[test]
fn cards_can_stand_before_the_system_prompt() {
    let code = format!(
        "{CARDS} alc.card.append('b', {{run = {{status = 'failed', reason = 'too\\nslow'}}}})
        alc.llm('x', {{card_context = {{pkg = 'p', limit = 1}}, system = 'Be brief.'}})
        return alc.llm('y', {{card_context = 'none'}})"
    );
    let mut systems = Vec::new();
    Run::new(&code, json!({})).finish(|query| {
        systems.push(query.system.clone());
        "R".into()
    });
    let first = "<past_cards>\nCard 01/02 pkg=p card_id=b [run.status=failed] Rating 0.5 \
                 reason=too slow\n</past_cards>\n\nBe brief.";
    assert_eq!(systems, [Some(first.to_owned()), None]);
}

#[test]
fn what_is_written_of_cards_is_logged() {
    let mut run = Run::new(
        "alc.card.create {pkg = {name = 'p'}, card_id = 'a'}",
        json!({}),
    );
    run.finish(|_| String::new());
    assert_eq!(run.logs(), ["info alc.card: created pkg=p card_id=a"]);
}
