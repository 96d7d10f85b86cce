//! The code of typical sources, instruction by instruction.

use super::super::listing::listing;
use super::try_compile;

/// Compares the code of a chunk and the functions inside, without the lines.
#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let chunk = match try_compile(source) {
        Ok(chunk) => chunk,
        Err(error) => panic!("{error}"),
    };
    let text = listing(&chunk.proto);
    let code: Vec<String> = text.lines().map(|line| line.replace(" [1]", "")).collect();
    assert_eq!(code, expected, "{source}\n{text}");
}

#[test]
#[rustfmt::skip]
fn locals_take_results_directly() {
    check(
        "local a, b = 1, 2.0 local c = a + b c = c - 1 c = -a c = 2 ^ c return c",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 1",
            "  2 LoadF 1 2",
            "  3 Add 2 0 1",
            "  4 SubI 2 2 1",
            "  5 Unm 2 0",
            "  6 PowKR 2 0 2 ; 2",
            "  7 Return1 2 2 0",
            "  8 Return0 3 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn constants_stand_on_either_side() {
    check(
        "local x, y = ... y = x + 1 y = x - 1 y = 1 + x y = 1 - x y = x * 3 y = 10 / x y = x // 0.5 y = x & 7 y = 7 ~ x y = x << 3 y = x >> 3 y = 1 << x y = x % 1000",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 AddI 1 0 1",
            "  3 SubI 1 0 1",
            "  4 AddKR 1 0 0 ; 1",
            "  5 SubKR 1 0 0 ; 1",
            "  6 MulK 1 0 1 ; 3",
            "  7 DivKR 1 2 0 ; 10",
            "  8 IDivK 1 0 3 ; 0.5",
            "  9 BAndK 1 0 4 ; 7",
            " 10 BXorKR 1 4 0 ; 7",
            " 11 ShlI 1 0 3",
            " 12 ShrI 1 0 3",
            " 13 LoadI 2 1",
            " 14 Shl 1 2 0",
            " 15 ModK 1 0 5 ; 1000",
            " 16 Return0 2 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn constants_are_folded() {
    check(
        "local a = 2 * 3 + 4 // 3 local b = 1 / 0 local c = 0.0 * -1 local d = ~5 & 0xff local e = 3 % -2 local f = 2 ^ 10 local g = -(-5) local h = not nil local i = 7 << 62",
        &[
            "function <0> 0+ params, 9 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 7",
            "  2 LoadI 1 1",
            "  3 DivK 1 1 0 ; 0",
            "  4 LoadF 2 0",
            "  5 MulK 2 2 1 ; -1",
            "  6 LoadI 3 250",
            "  7 LoadI 4 -1",
            "  8 LoadF 5 1024",
            "  9 LoadI 6 5",
            " 10 LoadTrue 7",
            " 11 LoadK 8 2 ; -4611686018427387904",
            " 12 Return0 9 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn constant_variables_take_no_register() {
    check(
        "local limit <const>, name <const> = f(), 'x' local on <const> = true if on then print(name, limit) end local t <const> = {} t.x = on",
        &[
            "function <0> 0+ params, 4 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"f\"",
            "  2 Call 0 1 2",
            "  3 GetTabUp 1 0 1 ; \"print\"",
            "  4 LoadK 2 2 ; \"x\"",
            "  5 Move 3 0",
            "  6 Call 1 3 1",
            "  7 NewTable 1 0 0",
            "  8 Extra 0",
            "  9 SetFieldK 1 2 3 ; \"x\" ; true",
            " 10 Return0 2 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn assignments_in_parallel() {
    check(
        "local a, b, t, i = ... a, b = b, a i, t[i] = i + 1, 20 t.x, t.y = 1 t, t.x = f()",
        &[
            "function <0> 0+ params, 6 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 5",
            "  2 Move 4 1",
            "  3 Move 1 0",
            "  4 Move 0 4",
            "  5 AddI 4 3 1",
            "  6 SetTableK 2 3 0 ; 20",
            "  7 Move 3 4",
            "  8 LoadI 4 1",
            "  9 LoadNil 5 0",
            " 10 SetField 2 2 5 ; \"y\"",
            " 11 SetField 2 1 4 ; \"x\"",
            " 12 GetTabUp 4 0 3 ; \"f\"",
            " 13 Call 4 1 3",
            " 14 SetField 2 1 5 ; \"x\"",
            " 15 Move 2 4",
            " 16 Return0 4 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn fields_and_indices() {
    check(
        "local t, k = ... t.x = t.y t[1] = t[255] t[256] = t[k] t[k] = nil t.x = 'v' t[2] = 3 g.x = g.y",
        &[
            "function <0> 0+ params, 4 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 GetField 2 0 1 ; \"y\"",
            "  3 SetField 0 0 2 ; \"x\"",
            "  4 GetInt 2 0 255",
            "  5 SetInt 0 1 2",
            "  6 LoadI 2 256",
            "  7 GetTable 3 0 1",
            "  8 SetTable 0 2 3",
            "  9 SetTableK 0 1 2 ; nil",
            " 10 SetFieldK 0 0 3 ; \"x\" ; \"v\"",
            " 11 SetIntK 0 2 4 ; 3",
            " 12 GetTabUp 2 0 5 ; \"g\"",
            " 13 GetTabUp 3 0 5 ; \"g\"",
            " 14 GetField 3 3 1 ; \"y\"",
            " 15 SetField 2 0 3 ; \"x\"",
            " 16 Return0 2 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn globals() {
    check(
        "x = 1 y = x x, y = y, 'z' f(x)",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 SetTabUpK 0 0 1 ; \"x\" ; 1",
            "  2 GetTabUp 0 0 0 ; \"x\"",
            "  3 SetTabUp 0 2 0 ; \"y\"",
            "  4 GetTabUp 0 0 2 ; \"y\"",
            "  5 SetTabUpK 0 2 3 ; \"y\" ; \"z\"",
            "  6 SetTabUp 0 0 0 ; \"x\"",
            "  7 GetTabUp 0 0 4 ; \"f\"",
            "  8 GetTabUp 1 0 0 ; \"x\"",
            "  9 Call 0 2 1",
            " 10 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn conditions() {
    check(
        "local a, b = ... if a then f() end if not a then f() elseif b == nil then g() else h() end if a == 1 and b < 5 or b > a then f() end if a ~= 'x' and 3 < b and a >= b then f() end if a == 1.0 or a < 1.5 or 4.0 < b then f() end",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 Test 0 0 0",
            "  3 Jmp -> 6",
            "  4 GetTabUp 2 0 0 ; \"f\"",
            "  5 Call 2 1 1",
            "  6 Test 0 0 1",
            "  7 Jmp -> 11",
            "  8 GetTabUp 2 0 0 ; \"f\"",
            "  9 Call 2 1 1",
            " 10 Jmp -> 18",
            " 11 EqK 1 1 0 ; nil",
            " 12 Jmp -> 16",
            " 13 GetTabUp 2 0 2 ; \"g\"",
            " 14 Call 2 1 1",
            " 15 Jmp -> 18",
            " 16 GetTabUp 2 0 3 ; \"h\"",
            " 17 Call 2 1 1",
            " 18 EqI 0 1 0",
            " 19 Jmp -> 22",
            " 20 LtI 1 5 1",
            " 21 Jmp -> 24",
            " 22 Lt 0 1 0",
            " 23 Jmp -> 26",
            " 24 GetTabUp 2 0 0 ; \"f\"",
            " 25 Call 2 1 1",
            " 26 EqK 0 4 1 ; \"x\"",
            " 27 Jmp -> 34",
            " 28 GtI 1 3 0",
            " 29 Jmp -> 34",
            " 30 Le 1 0 0",
            " 31 Jmp -> 34",
            " 32 GetTabUp 2 0 0 ; \"f\"",
            " 33 Call 2 1 1",
            " 34 EqI 0 1 1",
            " 35 Jmp -> 41",
            " 36 LoadK 2 5 ; 1.5",
            " 37 Lt 0 2 1",
            " 38 Jmp -> 41",
            " 39 GtI 1 4 2",
            " 40 Jmp -> 43",
            " 41 GetTabUp 2 0 0 ; \"f\"",
            " 42 Call 2 1 1",
            " 43 Return0 2 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn values_of_conditions() {
    check(
        "local a, b = ... local c = a and b local d = a or 5 local e = a < b local f = not (a and b) local g = a == nil or b return a and b or c",
        &[
            "function <0> 0+ params, 8 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 TestSet 2 0 0",
            "  3 Jmp -> 5",
            "  4 Move 2 1",
            "  5 TestSet 3 0 1",
            "  6 Jmp -> 8",
            "  7 LoadI 3 5",
            "  8 Lt 0 1 1",
            "  9 Jmp -> 11",
            " 10 LoadFalseSkip 4",
            " 11 LoadTrue 4",
            " 12 Test 0 0 0",
            " 13 Jmp -> 17",
            " 14 Not 5 1",
            " 15 Jmp -> 18",
            " 16 LoadFalseSkip 5",
            " 17 LoadTrue 5",
            " 18 EqK 0 0 1 ; nil",
            " 19 Jmp -> 23",
            " 20 Move 6 1",
            " 21 Jmp -> 24",
            " 22 LoadFalseSkip 6",
            " 23 LoadTrue 6",
            " 24 Test 0 0 0",
            " 25 Jmp -> 28",
            " 26 TestSet 7 1 1",
            " 27 Jmp -> 29",
            " 28 Move 7 2",
            " 29 Return1 7 2 0",
            " 30 Return0 7 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn while_has_its_condition_behind() {
    check(
        "local i = 0 while i < 10 and f(i) do i = i + 1 if i == 5 then break end end while true do if g() then break end end",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 0",
            "  2 Jmp -> 6",
            "  3 AddI 0 0 1",
            "  4 EqI 0 5 1",
            "  5 Jmp -> 13",
            "  6 LtI 0 10 0",
            "  7 Jmp -> 13",
            "  8 GetTabUp 1 0 0 ; \"f\"",
            "  9 Move 2 0",
            " 10 Call 1 2 2",
            " 11 Test 1 0 1",
            " 12 Jmp -> 3",
            " 13 GetTabUp 1 0 1 ; \"g\"",
            " 14 Call 1 1 2",
            " 15 Test 1 0 1",
            " 16 Jmp -> 18",
            " 17 Jmp -> 13",
            " 18 Return0 1 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn repeat_sees_its_locals() {
    check(
        "repeat local x = f() until x repeat local y = f() g = function() return y end until y repeat f() until false",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"f\"",
            "  2 Call 0 1 2",
            "  3 Test 0 0 0",
            "  4 Jmp -> 1",
            "  5 GetTabUp 0 0 0 ; \"f\"",
            "  6 Call 0 1 2",
            "  7 Closure 1 0",
            "  8 SetTabUp 0 1 1 ; \"g\"",
            "  9 Test 0 0 0",
            " 10 Jmp -> 13",
            " 11 Close 0",
            " 12 Jmp -> 15",
            " 13 Close 0",
            " 14 Jmp -> 5",
            " 15 GetTabUp 0 0 0 ; \"f\"",
            " 16 Call 0 1 1",
            " 17 Jmp -> 15",
            " 18 Return0 0 1 0",
            "function <1> 0 params, 2 registers",
            "  0 GetUpval 0 0",
            "  1 Return1 0 2 0",
            "  2 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn numeric_for() {
    check(
        "for i = 1, 10 do f(i) end for i = 10, 1, -1 do if i == 5 then goto continue end f(i) ::continue:: end",
        &[
            "function <0> 0+ params, 6 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 1",
            "  2 LoadI 1 10",
            "  3 LoadI 2 1",
            "  4 ForPrep 0 -> 9",
            "  5 GetTabUp 4 0 0 ; \"f\"",
            "  6 Move 5 3",
            "  7 Call 4 2 1",
            "  8 ForLoop 0 -> 5",
            "  9 LoadI 0 10",
            " 10 LoadI 1 1",
            " 11 LoadI 2 -1",
            " 12 ForPrep 0 -> 19",
            " 13 EqI 3 5 1",
            " 14 Jmp -> 18",
            " 15 GetTabUp 4 0 0 ; \"f\"",
            " 16 Move 5 3",
            " 17 Call 4 2 1",
            " 18 ForLoop 0 -> 13",
            " 19 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn generic_for() {
    check(
        "for k, v in pairs(t) do f(k, v) end",
        &[
            "function <0> 0+ params, 9 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"pairs\"",
            "  2 GetTabUp 1 0 1 ; \"t\"",
            "  3 Call 0 2 5",
            "  4 TForPrep 0 -> 9",
            "  5 GetTabUp 6 0 2 ; \"f\"",
            "  6 Move 7 4",
            "  7 Move 8 5",
            "  8 Call 6 3 1",
            "  9 TForCall 0 2",
            " 10 TForLoop 0 -> 5",
            " 11 Close 0",
            " 12 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn calls() {
    check(
        "f() local a = f(1, 'x', g()) local b, c = o:m(a, ...) f{...} f((f())) return o.x:m 's'",
        &[
            "function <0> 0+ params, 6 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"f\"",
            "  2 Call 0 1 1",
            "  3 GetTabUp 0 0 0 ; \"f\"",
            "  4 LoadI 1 1",
            "  5 LoadK 2 1 ; \"x\"",
            "  6 GetTabUp 3 0 2 ; \"g\"",
            "  7 Call 3 1 0",
            "  8 Call 0 0 2",
            "  9 GetTabUp 1 0 3 ; \"o\"",
            " 10 Method 1 1 4 ; \"m\"",
            " 11 Move 3 0",
            " 12 Vararg 4 0",
            " 13 Call 1 0 3",
            " 14 GetTabUp 3 0 0 ; \"f\"",
            " 15 NewTable 4 0 0",
            " 16 Extra 0",
            " 17 Vararg 5 0",
            " 18 SetList 4 0 0",
            " 19 Extra 0",
            " 20 Call 3 2 1",
            " 21 GetTabUp 3 0 0 ; \"f\"",
            " 22 GetTabUp 4 0 0 ; \"f\"",
            " 23 Call 4 1 2",
            " 24 Call 3 2 1",
            " 25 GetTabUp 3 0 3 ; \"o\"",
            " 26 GetField 3 3 1 ; \"x\"",
            " 27 Method 3 3 4 ; \"m\"",
            " 28 LoadK 5 5 ; \"s\"",
            " 29 TailCall 3 3 0",
            " 30 Return 3 0 0",
            " 31 Return0 3 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn tail_calls_and_returns() {
    check(
        "local a, b = ... local function f(x, y) if x then return f(y) end if y then return x, y end if a then return (f(x)) end return x end local function g() end",
        &[
            "function <0> 0+ params, 4 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 Closure 2 0",
            "  3 Closure 3 1",
            "  4 Return 4 1 1",
            "function <1> 2 params, 4 registers",
            "  0 Test 0 0 0",
            "  1 Jmp -> 6",
            "  2 GetUpval 2 0",
            "  3 Move 3 1",
            "  4 TailCall 2 2 0",
            "  5 Return 2 0 0",
            "  6 Test 1 0 0",
            "  7 Jmp -> 11",
            "  8 Move 2 0",
            "  9 Move 3 1",
            " 10 Return 2 3 0",
            " 11 GetUpval 2 1",
            " 12 Test 2 0 0",
            " 13 Jmp -> 18",
            " 14 GetUpval 2 0",
            " 15 Move 3 0",
            " 16 Call 2 2 2",
            " 17 Return1 2 2 0",
            " 18 Return1 0 2 0",
            " 19 Return0 2 1 0",
            "function <1> 0 params, 2 registers",
            "  0 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn concatenation() {
    check(
        "local a, b = ... local c = a .. b .. 1 .. 'x' c = a .. (b .. c) c = (a .. b) .. c",
        &[
            "function <0> 0+ params, 6 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 Move 2 0",
            "  3 Move 3 1",
            "  4 LoadI 4 1",
            "  5 LoadK 5 0 ; \"x\"",
            "  6 Concat 2 4",
            "  7 Move 3 0",
            "  8 Move 4 1",
            "  9 Move 5 2",
            " 10 Concat 3 3",
            " 11 Move 2 3",
            " 12 Move 3 0",
            " 13 Move 4 1",
            " 14 Concat 3 2",
            " 15 Move 4 2",
            " 16 Concat 3 2",
            " 17 Move 2 3",
            " 18 Return0 3 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn tables() {
    check(
        "local t = {} t = {1, 2, x = 3, f()} t = {[1] = 2, ['y'] = t, ...} t = {a = 1, b = 2, c = 3, d = 4, e = 5}",
        &[
            "function <0> 0+ params, 5 registers",
            "  0 VarargPrep 0",
            "  1 NewTable 0 0 0",
            "  2 Extra 0",
            "  3 NewTable 1 1 2",
            "  4 Extra 0",
            "  5 LoadI 2 1",
            "  6 LoadI 3 2",
            "  7 SetFieldK 1 0 1 ; \"x\" ; 3",
            "  8 GetTabUp 4 0 2 ; \"f\"",
            "  9 Call 4 1 0",
            " 10 SetList 1 0 0",
            " 11 Extra 0",
            " 12 Move 0 1",
            " 13 NewTable 1 2 0",
            " 14 Extra 0",
            " 15 SetIntK 1 1 3 ; 2",
            " 16 SetField 1 4 0 ; \"y\"",
            " 17 Vararg 2 0",
            " 18 SetList 1 0 0",
            " 19 Extra 0",
            " 20 Move 0 1",
            " 21 NewTable 1 4 0",
            " 22 Extra 0",
            " 23 SetFieldK 1 5 6 ; \"a\" ; 1",
            " 24 SetFieldK 1 7 3 ; \"b\" ; 2",
            " 25 SetFieldK 1 8 1 ; \"c\" ; 3",
            " 26 SetFieldK 1 9 10 ; \"d\" ; 4",
            " 27 SetFieldK 1 11 12 ; \"e\" ; 5",
            " 28 Move 0 1",
            " 29 Return0 1 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn closures_and_upvalues() {
    check(
        "local a, b = 1, 2 local function f() a = a + b return function() b = a return f end end",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 1",
            "  2 LoadI 1 2",
            "  3 Closure 2 0",
            "  4 Return 3 1 1",
            "function <1> 0 params, 2 registers",
            "  0 GetUpval 0 0",
            "  1 GetUpval 1 1",
            "  2 Add 0 0 1",
            "  3 SetUpval 0 0",
            "  4 Closure 0 0",
            "  5 Return1 0 2 0",
            "  6 Return0 0 1 0",
            "function <1> 0 params, 2 registers",
            "  0 GetUpval 0 1",
            "  1 SetUpval 0 0",
            "  2 GetUpval 0 2",
            "  3 Return1 0 2 0",
            "  4 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn returns_close_only_what_is_open() {
    check(
        "return function(x, y) if x then return y end local z = 1 local function f() return z end if y then return z end return f(x) end",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 Closure 0 0",
            "  2 Return1 0 2 0",
            "  3 Return0 0 1 0",
            "function <1> 2 params, 6 registers",
            "  0 Test 0 0 0",
            "  1 Jmp -> 3",
            "  2 Return1 1 2 0",
            "  3 LoadI 2 1",
            "  4 Closure 3 0",
            "  5 Test 1 0 0",
            "  6 Jmp -> 8",
            "  7 Return 2 2 1",
            "  8 Move 4 3",
            "  9 Move 5 0",
            " 10 TailCall 4 2 1",
            " 11 Return 4 0 1",
            " 12 Return 4 1 1",
            "function <1> 0 params, 2 registers",
            "  0 GetUpval 0 0",
            "  1 Return1 0 2 0",
            "  2 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn blocks_close_captured_variables() {
    check(
        "for i = 1, 3 do local x = i t[i] = function() return x end if f(x) then break end end do local y <close> = f() g(y) end",
        &[
            "function <0> 0+ params, 7 registers",
            "  0 VarargPrep 0",
            "  1 LoadI 0 1",
            "  2 LoadI 1 3",
            "  3 LoadI 2 1",
            "  4 ForPrep 0 -> 16",
            "  5 Move 4 3",
            "  6 GetTabUp 5 0 0 ; \"t\"",
            "  7 Closure 6 0",
            "  8 SetTable 5 3 6",
            "  9 GetTabUp 5 0 1 ; \"f\"",
            " 10 Move 6 4",
            " 11 Call 5 2 2",
            " 12 Test 5 0 1",
            " 13 Jmp -> 16",
            " 14 Close 4",
            " 15 ForLoop 0 -> 5",
            " 16 Close 0",
            " 17 GetTabUp 0 0 1 ; \"f\"",
            " 18 Call 0 1 2",
            " 19 Tbc 0",
            " 20 GetTabUp 1 0 2 ; \"g\"",
            " 21 Move 2 0",
            " 22 Call 1 2 1",
            " 23 Close 0",
            " 24 Return0 0 1 0",
            "function <1> 0 params, 2 registers",
            "  0 GetUpval 0 0",
            "  1 Return1 0 2 0",
            "  2 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn gotos() {
    check(
        "::top:: local a = f() if a then goto top end do local b goto done end ::done:: if g() then goto out end f() ::out::",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"f\"",
            "  2 Call 0 1 2",
            "  3 Test 0 0 0",
            "  4 Jmp -> 7",
            "  5 Close 0",
            "  6 Jmp -> 1",
            "  7 LoadNil 1 0",
            "  8 Jmp -> 9",
            "  9 GetTabUp 1 0 1 ; \"g\"",
            " 10 Call 1 1 2",
            " 11 Test 1 0 1",
            " 12 Jmp -> 15",
            " 13 GetTabUp 1 0 0 ; \"f\"",
            " 14 Call 1 1 1",
            " 15 Return0 1 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn methods_in_tables() {
    check(
        "function a.b.c:d(x, ...) return self, ... end",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 GetTabUp 0 0 0 ; \"a\"",
            "  2 GetField 0 0 1 ; \"b\"",
            "  3 GetField 0 0 2 ; \"c\"",
            "  4 Closure 1 0",
            "  5 SetField 0 3 1 ; \"d\"",
            "  6 Return0 0 1 0",
            "function <1> 2+ params, 4 registers",
            "  0 VarargPrep 2",
            "  1 Move 2 0",
            "  2 Vararg 3 0",
            "  3 Return 2 0 0",
            "  4 Return0 2 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn varargs() {
    check(
        "local a, b = ... local t = {...} f(...) return ...",
        &[
            "function <0> 0+ params, 5 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 3",
            "  2 NewTable 2 0 0",
            "  3 Extra 0",
            "  4 Vararg 3 0",
            "  5 SetList 2 0 0",
            "  6 Extra 0",
            "  7 GetTabUp 3 0 0 ; \"f\"",
            "  8 Vararg 4 0",
            "  9 Call 3 0 1",
            " 10 Vararg 3 0",
            " 11 Return 3 0 0",
            " 12 Return0 3 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn environment_as_a_local() {
    check(
        "local _ENV = {} x = 1 local function f() y = x end",
        &[
            "function <0> 0+ params, 2 registers",
            "  0 VarargPrep 0",
            "  1 NewTable 0 0 0",
            "  2 Extra 0",
            "  3 SetFieldK 0 0 1 ; \"x\" ; 1",
            "  4 Closure 1 0",
            "  5 Return 2 1 1",
            "function <1> 0 params, 2 registers",
            "  0 GetTabUp 0 0 1 ; \"x\"",
            "  1 SetTabUp 0 0 0 ; \"y\"",
            "  2 Return0 0 1 0",
        ],
    );
}

#[test]
#[rustfmt::skip]
fn unary_operators() {
    check(
        "local a = ... local b = -a b = ~a b = #a b = not a b = - - a b = not not a",
        &[
            "function <0> 0+ params, 3 registers",
            "  0 VarargPrep 0",
            "  1 Vararg 0 2",
            "  2 Unm 1 0",
            "  3 BNot 1 0",
            "  4 Len 1 0",
            "  5 Not 1 0",
            "  6 Unm 2 0",
            "  7 Unm 1 2",
            "  8 Not 2 0",
            "  9 Not 1 2",
            " 10 Return0 2 1 0",
        ],
    );
}
