//! Work that is cut into slices, memory that runs out, and programs that mean
//! ill.

use algocline_wasm::lua::{Outcome, PlainHost, Template};

use super::{machine, run};

const ROOM: u64 = 1 << 30;

/// Fills `t` with 50,000 numbers in no order.
const SHUFFLED: &str =
    "local t, x = {}, 1 for i = 1, 50000 do x = x * 48271 % 2147483647 t[i] = x end ";

/// Bodies whose single native call takes many slices, and what they print.
const LONG: &[(&str, &str)] = &[
    (
        "table.sort(t) for i = 2, #t do assert(t[i - 1] <= t[i]) end io.write(#t)",
        "50000",
    ),
    (
        "for i = 1, #t, 2 do t[i] = t[i] + 0.5 end table.sort(t) for i = 2, #t do assert(t[i - 1] <= t[i]) end io.write(#t)",
        "50000",
    ),
    (
        "for i = 1, #t do t[i] = ('%010d'):format(t[i]) end table.sort(t) for i = 2, #t do assert(t[i - 1] <= t[i]) end io.write(#t)",
        "50000",
    ),
    (
        "local a = ('a'):rep(1000) for i = 1, #t do t[i] = a .. t[i] end table.sort(t) for i = 2, #t do assert(t[i - 1] <= t[i]) end io.write(#t)",
        "50000",
    ),
    (
        "local u = table.move(t, 1, #t, 1, {}) io.write(#u, u[1] == t[1] and u[50000] == t[50000] and 'same' or 'not')",
        "50000same",
    ),
    (
        "local u = {} table.move(t, 1, 50000, -70000, u) table.move(u, -70000, -20001, -60000) io.write(#u, ' ', u[-60000] == t[1] and u[-10001] == t[50000] and 'same' or 'not')",
        "0 same",
    ),
    (
        "table.move(t, 1, #t, 20001) io.write(#t, t[1] == t[20001] and t[50000] == t[70000] and 'same' or 'not')",
        "70000not",
    ),
];

#[test]
fn long_work_takes_as_many_slices_as_it_needs() {
    let template = Template::build(&[], &[]).expect("a template");
    for (body, expected) in LONG {
        let program = format!("{SHUFFLED}{body}");
        let whole = run(
            &mut machine(&template, &program, "", ROOM),
            i64::MAX,
            |_| {},
        );
        assert_eq!(whole, *expected, "{body}");
        let (mut slices, mut most_over) = (0, 0);
        let mut vm = machine(&template, &program, "", ROOM);
        let sliced = run(&mut vm, 5_000, |vm| {
            slices += 1;
            most_over = most_over.max(-vm.fuel_left());
            if slices % 50 == 0 {
                vm.collect_now();
            }
        });
        assert_eq!(sliced, *expected, "{body}");
        assert!(slices > 20, "{body}: {slices} slices");
        // One chunk of a sort is the greatest piece of work.
        assert!(most_over < 50_000, "{body}: {most_over} units too many");
    }
}

#[test]
fn a_move_without_end_neither_hangs_nor_grows() {
    let template = Template::build(&[], &[]).expect("a template");
    for program in [
        "table.move({1}, 1, math.maxinteger - 1, 2)",
        "table.move({}, 1, math.maxinteger - 1, 1, {})",
        "table.move({}, math.mininteger, -2, math.mininteger + 1)",
    ] {
        let mut vm = machine(&template, program, "", 1 << 20);
        let mut host = PlainHost::default();
        for _ in 0..200 {
            assert_eq!(vm.run(1_000, &mut host), Outcome::OutOfFuel, "{program}");
            assert!(vm.fuel_left() > -1_000, "{program}");
        }
    }
}

/// Programs that need more than a megabyte, and what they print when they do not
/// get it.
const GREEDY: &[(&str, &str)] = &[
    (
        "local t = {} for i = 1, 10000 do t[i] = ('x'):rep(1000) end io.write(#t)",
        "show: not enough memory",
    ),
    (
        "local s, t = ('x'):rep(1000), {} for i = 1, 10000 do t[i] = s end local ok, e = pcall(table.concat, t, s) io.write(tostring(ok), ' ', e, ' ', #t)",
        "false not enough memory 10000",
    ),
    (
        "local t = {} for i = 1, 20000 do t[i] = {i} end io.write(#t)",
        "show: not enough memory",
    ),
    (
        "local t = {} for i = 1, 30000 do t[i] = i * 7919 % 30011 end local ok, e = pcall(table.sort, t, function(a, b) return a < b end) io.write(tostring(ok), ' ', e, ' ', #t, ' ', t[1], ' ', t[2])",
        "false not enough memory 30000 7919 15838",
    ),
    (
        "local ok, e = pcall(table.unpack, {}, 1, 200000) io.write(tostring(ok), ' ', e)",
        "false not enough memory",
    ),
    (
        "local t = {} for i = 1, 30000 do t[i] = i end local ok, e = pcall(table.move, t, 1, 30000, 30001) io.write(tostring(ok), ' ', e, ' ', t[1], ' ', t[30000])",
        "false not enough memory 1 30000",
    ),
    (
        // Each call needs what the ones before it have left behind as garbage.
        "for i = 1, 200 do local ok, s = pcall(string.rep, ('x'):rep(100), 3000) assert(ok, s) end for i = 1, 200 do local s = coroutine.wrap(string.rep)('x', 300000) assert(#s == 300000) end io.write('fine')",
        "fine",
    ),
    (
        "local ok, e = pcall(os.date, ('%c'):rep(40000)) io.write(tostring(ok), ' ', e)",
        "false not enough memory",
    ),
];

#[test]
fn too_little_memory_is_an_error_that_leaves_tables_as_they_were() {
    let template = Template::build(&[], &[]).expect("a template");
    for (program, expected) in GREEDY {
        let mut vm = machine(&template, program, "", 1 << 20);
        let got = run(&mut vm, 10_000, |_| {});
        assert_eq!(
            got.trim_start_matches("show:1: "),
            expected.trim_start_matches("show: "),
            "{program}"
        );
    }
}

/// Sorts with comparators that are no order. Each result must have the same
/// elements as before, or be the error.
const UNRULY: &str = r#"
local x = 1
local function random(n) x = x * 48271 % 2147483647 return x % n end
local comparators = {
  function() return random(2) == 0 end,
  function(a, b) return a <= b end,
  function(a, b) return a ~= b end,
  function() return true end,
  function() return false end,
  function(a, b) return (a * 7 + b * 3) % 5 < 2 end,
  function(a, b) return random(7) > 0 and a < b end,
}
local failures = 0
for round = 1, 300 do
  local n = random(150)
  local t, sum = {}, 0
  for i = 1, n do
    t[i] = random(50)
    sum = sum + t[i] ^ 3
  end
  local ok, e = pcall(table.sort, t, comparators[round % #comparators + 1])
  if not ok then
    assert(e == "invalid order function for sorting", e)
    failures = failures + 1
  end
  local after = 0
  for i = 1, n do
    after = after + t[i] ^ 3
  end
  assert(#t == n and sum == after)
end
io.write(failures > 0 and failures < 300 and "fine" or failures)
"#;

/// Comparators that change the table they sort.
const MEDDLING: &str = r#"
for _, meddle in ipairs {
  function(t) for i = #t, 1, -1 do t[i] = nil end end,
  function(t) t[#t + 1] = 1 end,
  function(t) table.remove(t, 1) end,
  function(t) t[5] = nil end,
  function(t) table.insert(t, 1, {}) end,
  function(t) setmetatable(t, {__newindex = error, __index = error, __len = error}) end,
  function(t) table.sort(t) end,
} do
  local t = {}
  for i = 1, 80 do t[i] = 80 - i end
  local calls = 0
  pcall(table.sort, t, function(a, b)
    calls = calls + 1
    if calls == 40 then pcall(meddle, t) end
    return a < b
  end)
  for i = 2, 80 do assert(rawget(t, i) > rawget(t, i - 1)) end
end
io.write("fine")
"#;

#[test]
fn no_comparator_upsets_a_sort() {
    let template = Template::build(&[], &[]).expect("a template");
    for program in [UNRULY, MEDDLING] {
        for fuel in [i64::MAX, 37] {
            let mut vm = machine(&template, program, "", 1 << 22);
            assert_eq!(run(&mut vm, fuel, |_| {}), "fine");
        }
    }
}

/// A comparator that yields, and one that is left in the middle.
const YIELDING: &str = r#"
local t = {}
for i = 1, 100 do t[i] = i * 37 % 101 end
local co = coroutine.wrap(function()
  table.sort(t, function(a, b) coroutine.yield(a) return a < b end)
  return "sorted"
end)
local yields = 0
while co() ~= "sorted" do
  yields = yields + 1
  collectgarbage()
end
for i = 2, 100 do assert(t[i] > t[i - 1]) end
local left = coroutine.wrap(function()
  table.sort(t, function(a, b) coroutine.yield() return a > b end)
end)
left()
left()
assert(t[1] == 1 and t[100] == 100)
io.write(yields > 99 and yields < 700 and "fine" or yields)
"#;

#[test]
fn a_comparator_may_yield() {
    let template = Template::build(&[], &[]).expect("a template");
    let mut vm = machine(&template, YIELDING, "", 1 << 22);
    assert_eq!(run(&mut vm, 100, |_| {}), "fine");
}

#[test]
fn long_pieces_are_written_whole_and_in_order() {
    let template = Template::build(&[], &[]).expect("a template");
    let program = "io.write(('x'):rep(5000), 'y', ('z'):rep(4095), 'end', 1, 2.5)";
    let mut vm = machine(&template, program, "", ROOM);
    let expected = format!("{}y{}end12.5", "x".repeat(5000), "z".repeat(4095));
    assert_eq!(run(&mut vm, 10, |_| {}), expected);
}
