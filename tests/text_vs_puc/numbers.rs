//! Numerals, arithmetic, comparison, loops and elementary functions.

use algocline_wasm::lua::text::number::{Number, format_float, parse_number, string_to_integer};
use algocline_wasm::lua::text::{arith, mathfn};

use super::puc::{Cases, Shown, literal, number, shown};
use super::rng::Rng;

fn of(value: Option<Number>) -> String {
    shown(&[value.map_or(Shown::Other("nil"), Shown::from)])
}

/// A text that is a numeral or nearly one.
fn numeral(rng: &mut Rng) -> Vec<u8> {
    let mut text = Vec::new();
    if rng.one_in(6) {
        text.extend(rng.text(b" \t\n\x0b\x0c\r", 2));
    }
    if rng.one_in(4) {
        text.push(rng.pick(b"+-"));
    }
    let hex = rng.one_in(2);
    let digits: &[u8] = if hex {
        b"0123456789abcdefABCDEF"
    } else {
        b"0123456789"
    };
    if hex {
        text.extend(if rng.one_in(5) { b"0X" } else { b"0x" });
    }
    let longest = rng.pick(&[3, 8, 20, 40]);
    text.extend(rng.text(digits, longest));
    if rng.one_in(2) {
        text.push(b'.');
        text.extend(rng.text(digits, longest));
    }
    if rng.one_in(2) {
        text.push(rng.pick(if hex { b"pPpPe" } else { b"eEeEp" }));
        if rng.one_in(2) {
            text.push(rng.pick(b"+-"));
        }
        text.extend(rng.text(b"0123456789", rng_exponent(longest)));
    }
    if rng.one_in(8) {
        text.extend(rng.text(b" \t\n", 2));
    }
    if rng.one_in(10) && !text.is_empty() {
        let at = rng.below(text.len());
        text[at] = rng.pick(b"x.eE+- npinf\0_g0");
    }
    text
}

fn rng_exponent(longest: usize) -> usize {
    if longest > 8 { 4 } else { 3 }
}

#[test]
fn numerals() {
    let mut rng = Rng::new(1);
    let mut cases = Cases::default();
    for _ in 0..3000 {
        let text = numeral(&mut rng);
        cases.add(
            format!("tonumber, {}", literal(&text)),
            of(parse_number(&text)),
        );
    }
    for text in [
        "nan", "inf", "-inf", "0x", "1e", "infinity", "0x.p1", "1 e1",
    ] {
        cases.add(
            format!("tonumber, {}", literal(text.as_bytes())),
            of(parse_number(text.as_bytes())),
        );
    }
    for _ in 0..300 {
        let text = numeral(&mut rng);
        cases.add(
            format!("math.tointeger, tonumber({}) or 0.5", literal(&text)),
            of(string_to_integer(&text).map(Number::Int)),
        );
    }
    cases.check();
}

#[test]
fn floats_as_text() {
    let mut rng = Rng::new(2);
    let mut cases = Cases::default();
    let mut values: Vec<f64> = (0..3000).map(|_| rng.float()).collect();
    // Halfway between two results, and just beside.
    for _ in 0..500 {
        let whole = rng.below(1 << 40) as f64;
        values.extend([whole + 0.5, whole / 1024.0, (whole + 0.25) * 1e3]);
    }
    values.extend([arith::canonical_nan(), -arith::canonical_nan()]);
    for value in values {
        let mut text = Vec::new();
        format_float(value, &mut text);
        cases.add(
            format!("tostring, {}", number(Number::Float(value))),
            shown(&[Shown::Text(&text)]),
        );
    }
    cases.check();
}

fn any_number(rng: &mut Rng) -> Number {
    if rng.one_in(2) {
        Number::Int(rng.integer())
    } else {
        Number::Float(rng.float())
    }
}

#[test]
fn arithmetic() {
    let mut rng = Rng::new(3);
    let mut cases = Cases::default();
    cases.define(
        "function idiv(a, b) return a // b end
         function mod(a, b) return a % b end
         function shl(a, b) return a << b end
         function shr(a, b) return a >> b end
         function compare(a, b) return a < b, a <= b, a == b, b < a, b <= a end",
    );
    for _ in 0..1500 {
        let (a, b) = (any_number(&mut rng), any_number(&mut rng));
        let arguments = format!("{}, {}", number(a), number(b));
        if let (Number::Int(x), Number::Int(y)) = (a, b) {
            if y != 0 {
                cases.add(
                    format!("idiv, {arguments}"),
                    of(arith::int_floor_div(x, y).map(Number::Int)),
                );
                cases.add(
                    format!("mod, {arguments}"),
                    of(arith::int_modulo(x, y).map(Number::Int)),
                );
            }
            let by = if rng.one_in(2) { y } else { y % 70 };
            let arguments = format!("{}, {}", number(a), number(Number::Int(by)));
            cases.add(
                format!("shl, {arguments}"),
                shown(&[Shown::Int(arith::shift_left(x, by))]),
            );
            cases.add(
                format!("shr, {arguments}"),
                shown(&[Shown::Int(arith::shift_right(x, by))]),
            );
        } else {
            let (x, y) = (a.to_float(), b.to_float());
            cases.add(
                format!("idiv, {arguments}"),
                shown(&[Shown::Float(arith::float_floor_div(x, y))]),
            );
            cases.add(
                format!("mod, {arguments}"),
                shown(&[Shown::Float(arith::float_modulo(x, y))]),
            );
        }
    }
    for _ in 0..1500 {
        let a = any_number(&mut rng);
        // Often two representations of nearly the same number.
        let b = match (rng.below(3), a) {
            (0, Number::Int(i)) => Number::Float(i as f64),
            (0, Number::Float(f)) => Number::Int(f as i64),
            (1, Number::Int(i)) => Number::Float((i as f64).next_up()),
            _ => any_number(&mut rng),
        };
        let truths = [
            arith::lt(a, b),
            arith::le(a, b),
            arith::eq(a, b),
            arith::lt(b, a),
            arith::le(b, a),
        ];
        let line: Vec<String> = truths.iter().map(bool::to_string).collect();
        cases.add(
            format!("compare, {}, {}", number(a), number(b)),
            line.join(" "),
        );
    }
    cases.check();
}

/// The values of the first rounds of a loop.
fn rounds(prepared: arith::ForLoop) -> Vec<Number> {
    const MOST: usize = 4;
    let mut values = Vec::new();
    match prepared {
        arith::ForLoop::Skip => {}
        arith::ForLoop::Int { start, step, count } => {
            let mut value = start;
            let mut left = count;
            loop {
                values.push(Number::Int(value));
                if left == 0 || values.len() == MOST {
                    break;
                }
                left -= 1;
                value += step;
            }
        }
        arith::ForLoop::Float { start, limit, step } => {
            let mut value = start;
            loop {
                values.push(Number::Float(value));
                value += step;
                if !arith::float_loop_goes_on(value, limit, step) || values.len() == MOST {
                    break;
                }
            }
        }
    }
    values
}

#[test]
fn loops() {
    let mut rng = Rng::new(4);
    let mut cases = Cases::default();
    cases.define(
        "function loop(a, b, c)
           local t = {}
           for i = a, b, c do
             t[#t + 1] = i
             if #t == 4 then break end
           end
           return table.unpack(t)
         end",
    );
    for _ in 0..1500 {
        let start = any_number(&mut rng);
        let near = |rng: &mut Rng| match start {
            Number::Int(i) => Number::Int(i.wrapping_add(rng.below(20) as i64 - 10)),
            Number::Float(f) => Number::Float(f + rng.below(20) as f64 / 2.0 - 5.0),
        };
        let limit = match rng.below(3) {
            0 => near(&mut rng),
            1 => Number::Float(near(&mut rng).to_float() + 0.5),
            _ => any_number(&mut rng),
        };
        let step = match rng.below(3) {
            0 => Number::Int(rng.below(9) as i64 - 4),
            1 => Number::Float(rng.below(9) as f64 / 2.0 - 2.0),
            _ => any_number(&mut rng),
        };
        let Ok(prepared) = arith::for_prep(start, limit, step) else {
            assert!(arith::eq(step, Number::Int(0)));
            continue;
        };
        let values: Vec<Shown> = rounds(prepared).into_iter().map(Shown::from).collect();
        cases.add(
            format!(
                "loop, {}, {}, {}",
                number(start),
                number(limit),
                number(step)
            ),
            shown(&values),
        );
    }
    cases.check();
}

#[test]
fn elementary_functions() {
    let mut rng = Rng::new(5);
    let mut cases = Cases::default();
    cases.define("function pow(a, b) return a ^ b end");
    type Function = fn(f64) -> f64;
    let functions: [(&str, Function); 9] = [
        ("math.exp", mathfn::exp),
        ("math.log", mathfn::log),
        ("math.sin", mathfn::sin),
        ("math.cos", mathfn::cos),
        ("math.tan", mathfn::tan),
        ("math.asin", mathfn::asin),
        ("math.acos", mathfn::acos),
        ("math.sqrt", mathfn::sqrt),
        ("math.atan", |x| mathfn::atan2(x, 1.0)),
    ];
    for _ in 0..150 {
        let x = match rng.below(3) {
            0 => rng.float(),
            1 => rng.below(2001) as f64 / 1000.0 - 1.0,
            _ => rng.below(100_000) as f64 / 1000.0 - 50.0,
        };
        for (name, function) in functions {
            let exact = u64::from(name != "math.sqrt");
            cases.add_near(
                format!("{name}, {}", number(Number::Float(x))),
                function(x),
                exact,
            );
        }
        let (a, b) = (
            rng.below(1000) as f64 / 10.0,
            rng.below(400) as f64 / 10.0 - 20.0,
        );
        let arguments = format!("{}, {}", number(Number::Float(a)), number(Number::Float(b)));
        cases.add_near(format!("pow, {arguments}"), mathfn::pow(a, b), 1);
        cases.add_near(format!("math.atan, {arguments}"), mathfn::atan2(a, b), 1);
        cases.add_near(format!("math.log, {arguments}"), mathfn::log_base(a, b), 4);
        if b != 0.0 {
            cases.add_near(format!("math.fmod, {arguments}"), mathfn::fmod(a, b), 0);
        }
    }
    // Where the result is a whole number it must be that number.
    for base in 0..20 {
        for exponent in 0..12 {
            let (a, b) = (f64::from(base), f64::from(exponent));
            cases.add_near(format!("pow, {base}, {exponent}"), mathfn::pow(a, b), 0);
        }
    }
    for exponent in 0..63 {
        let x = 2f64.powi(exponent);
        cases.add_near(format!("math.log, {x}, 2"), mathfn::log_base(x, 2.0), 0);
    }
    for exponent in 0..23 {
        let x = 10f64.powi(exponent);
        cases.add_near(format!("math.log, {x}, 10"), mathfn::log_base(x, 10.0), 0);
    }
    cases.check();
}
