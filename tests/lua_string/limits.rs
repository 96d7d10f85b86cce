//! Work that is cut into slices, and memory that runs out.

use algocline_wasm::lua::Template;

use super::{machine, run};

/// Programs whose single native call takes many slices, and what they print.
const LONG: &[(&str, &str)] = &[
    (
        r#"io.write(tostring(("a"):rep(300):find(".-.-.-b")))"#,
        "nil",
    ),
    (
        r#"io.write(tostring((("a"):rep(300) .. "c"):match(".-.-(.-)d-c%f[b]")))"#,
        "nil",
    ),
    (
        r#"io.write(tostring(("a"):rep(20000):find(("a"):rep(500) .. "b", 1, true)))"#,
        "nil",
    ),
    (
        r#"local n = 0 for _ in (("ab"):rep(2000)):gmatch("a[^c]-c") do n = n + 1 end io.write(n)"#,
        "0",
    ),
    (
        r#"local s, n = (("ab"):rep(20000)):gsub("a", "xyz") io.write(#s, " ", n)"#,
        "80000 20000",
    ),
    (
        r#"local s, n = (("ab"):rep(5000)):gsub("(a)(b)", "%2%1") io.write(#s, " ", n, " ", s:sub(1, 4))"#,
        "10000 5000 baba",
    ),
    (
        r#"local s, n = (("ab"):rep(3000)):gsub("[^b]", {a = "c"}) io.write(#s, " ", n, " ", s:sub(-2))"#,
        "6000 3000 cb",
    ),
    (
        r#"local s, n = (("ab"):rep(3000)):gsub("a", function(c) return #c end) io.write(#s, " ", n, " ", s:sub(-2))"#,
        "6000 3000 1b",
    ),
    (
        r#"local s, n = (("a"):rep(150)):gsub(".-.-.b", "x") io.write(#s, " ", n)"#,
        "150 0",
    ),
];

#[test]
fn a_search_takes_as_many_slices_as_it_needs() {
    let template = Template::build(&[], &[]).expect("a template");
    for (program, expected) in LONG {
        let whole = run(
            &mut machine(&template, program, "", 1 << 30),
            i64::MAX,
            |_| {},
        );
        assert_eq!(whole, *expected, "{program}");
        let mut slices = 0;
        let mut vm = machine(&template, program, "", 1 << 30);
        let sliced = run(&mut vm, 100, |vm| {
            slices += 1;
            if slices % 8 == 0 {
                vm.collect_now();
            }
        });
        assert_eq!(sliced, *expected, "{program}");
        assert!(slices > 10, "{program}: {slices} slices");
    }
}

#[test]
fn no_slice_takes_much_more_than_its_fuel() {
    let template = Template::build(&[], &[]).expect("a template");
    for (program, _) in LONG {
        let mut vm = machine(&template, program, "", 1 << 30);
        run(&mut vm, 1_000, |vm| {
            let over = -vm.fuel_left();
            // A string of some 10,000 bytes is made in one step.
            assert!(over < 6_000, "{program}: {over}");
        });
    }
}

/// Calls that need more memory than there is.
const GREEDY: &[&str] = &[
    r#"("x"):rep(100000000)"#,
    r#"("xy"):rep(50000000, "z")"#,
    r#"("%99999d"):rep(3000000):format()"#,
    r#"string.pack("c2147483647", "")"#,
    r#"(("x"):rep(100000)):gsub("x", ("y"):rep(1000))"#,
    r#"(("x"):rep(100000)):gsub("x", "%0" .. ("y"):rep(1000))"#,
    r#"(("x"):rep(100000)):gsub("x", function() return long end)"#,
    r#"(("x"):rep(100000)):gsub("x", {x = long})"#,
    r#"(("x"):rep(100000)):gsub(".", ("%0"):rep(1000))"#,
    r#"("%s"):rep(1000):format(unpack_1000(("x"):rep(100000)))"#,
    r#"("%q"):format(("\0"):rep(2000000))"#,
    r#"("x"):rep(3000000):upper():rep(2):reverse()"#,
];

#[test]
fn too_little_memory_is_an_error_that_leaves_nothing_behind() {
    let template = Template::build(&[], &[]).expect("a template");
    let program = r#"
        long = ("y"):rep(1000)
        local function many(n, x) if n == 0 then return end return x, many(n - 1, x) end
        function unpack_1000(x) return many(100, x), many(100, x) end
        local f = assert(load("return " .. snippet, "=s"))
        local ok, message = pcall(f)
        io.write(tostring(ok), " ", tostring(message))
    "#;
    for snippet in GREEDY {
        for fuel in [i64::MAX, 5_000] {
            let mut vm = machine(&template, program, snippet, 6 << 20);
            let before = vm.heap.account.used();
            let out = run(&mut vm, fuel, |_| {});
            assert_eq!(out, "false not enough memory", "{snippet}");
            vm.collect_now();
            let after = vm.heap.account.used();
            assert!(after < before + 20_000, "{snippet}: {before} {after}");
        }
    }
}

/// A collection in time makes room, and the call that needed it starts again.
#[test]
fn garbage_makes_room_for_a_call_that_is_tried_again() {
    let template = Template::build(&[], &[]).expect("a template");
    let program = r#"
        local sum = 0
        for i = 1, 300 do
            local s = ("ab"):rep(20000 + i)
            local t, n = s:gsub("a", function() return "xy" end, 3000)
            sum = sum + #t + n
            local u = s:gsub("b", "cde")
            sum = sum + #u + #("%s%s"):format(s, i)
        end
        io.write(sum)
    "#;
    let free = run(
        &mut machine(&template, program, "", 1 << 30),
        i64::MAX,
        |_| {},
    );
    for fuel in [i64::MAX, 10_000] {
        let tight = run(&mut machine(&template, program, "", 1 << 20), fuel, |_| {});
        assert_eq!(tight, free);
    }
}

/// A native that calls gets the results of that call even if memory was short
/// when it asked.
#[test]
fn a_call_asked_for_by_a_native_is_tried_again_itself() {
    let template = Template::build(&[], &[]).expect("a template");
    let program = r#"
        local depth, odd = 0, 0
        local function rec()
            depth = depth + 1
            local ok, message = pcall(rec)
            if ok and message ~= nil then odd = odd + 1 end
            local ok, text = pcall(string.rep, "x", 50000)
            if ok and #text ~= 50000 then odd = odd + 1 end
            local ok, text = pcall(string.gsub, "abc", "%w", function(c) return c:rep(20000) end)
            if ok and #text ~= 60000 then odd = odd + 1 end
        end
        rec()
        io.write(odd, " ", tostring(depth > 100))
    "#;
    for limit in 20..40 {
        let mut vm = machine(&template, program, "", limit << 14);
        assert_eq!(run(&mut vm, i64::MAX, |_| {}), "0 true", "{limit}");
    }
}

/// What a metamethod used of the stack is free again afterwards.
#[test]
fn arithmetic_on_strings_leaves_the_stack_as_it_was() {
    let template = Template::build(&[], &[]).expect("a template");
    let program = r#"
        local x = 0
        for i = 1, 400000 do x = x + ("1" + 0) end
        io.write(x)
    "#;
    let mut vm = machine(&template, program, "", 1 << 20);
    assert_eq!(run(&mut vm, i64::MAX, |_| {}), "400000");
}
