//! `string.pack`, `string.unpack` and `string.packsize`.

use algocline_wasm::lua::text::number::Number;
use algocline_wasm::lua::text::pack::{
    Blame, PackError, PackOption, Packer, Unpacked, Unpacker, pack_size,
};

use super::puc::{Cases, Shown, error, literal, number, shown};
use super::rng::Rng;

fn format(rng: &mut Rng) -> Vec<u8> {
    let mut format = Vec::new();
    for _ in 0..rng.below(6) {
        let letter = if rng.one_in(60) {
            rng.pick(b"y9\xff-")
        } else {
            rng.pick(b"bBhHlLjJTfdniiIIszcxX <>=!!")
        };
        format.push(letter);
        let sized = matches!(letter, b'i' | b'I' | b's' | b'!' | b'c');
        if sized && (letter == b'c' || rng.one_in(2)) && !rng.one_in(40) {
            let size = match rng.below(8) {
                0 => rng.below(20),
                _ => rng.pick(&[1, 2, 3, 4, 7, 8, 9, 16]),
            };
            format.extend(size.to_string().bytes());
        }
    }
    format
}

/// A value for an option: an integer or a float, or a string.
enum Value {
    Number(Number),
    Text(Vec<u8>),
}

fn value(rng: &mut Rng, option: PackOption) -> Value {
    match option {
        PackOption::Int { size, .. } => {
            let value = rng.integer();
            let fits = rng.one_in(8) || size >= 8;
            Value::Number(Number::Int(if fits {
                value
            } else {
                value.rem_euclid(1 << (8 * size - 1))
            }))
        }
        PackOption::Single | PackOption::Double => Value::Number(Number::Float(rng.float())),
        PackOption::Fixed { size } => {
            let longest = size.min(20) + usize::from(rng.one_in(9));
            Value::Text(rng.text(b"abc", longest))
        }
        PackOption::Prefixed { .. } => Value::Text(if rng.one_in(10) {
            vec![b'x'; 250 + rng.below(12)]
        } else {
            rng.text(b"ab\0", 9)
        }),
        PackOption::ZeroEnded => {
            let third = if rng.one_in(9) { 0 } else { b'c' };
            Value::Text(rng.text(&[b'a', b'b', third], 9))
        }
    }
}

/// Packs values made up on the way; says what they were.
fn pack(rng: &mut Rng, format: &[u8]) -> (Vec<Value>, Result<Vec<u8>, PackError>) {
    let mut values = Vec::new();
    let result = pack_into(rng, format, &mut values);
    (values, result)
}

fn pack_into(rng: &mut Rng, format: &[u8], values: &mut Vec<Value>) -> Result<Vec<u8>, PackError> {
    let (mut packer, mut out) = (Packer::new(format), Vec::new());
    while let Some(option) = packer.next_option(&mut out)? {
        let value = value(rng, option);
        values.push(value);
        match (option, values.last()) {
            (PackOption::Int { size, signed }, Some(Value::Number(Number::Int(i)))) => {
                packer.put_int(size, signed, *i, &mut out)?;
            }
            (option, Some(Value::Number(n))) => packer.put_float(option, n.to_float(), &mut out),
            (option, Some(Value::Text(text))) => {
                let before = out.len();
                packer.put_text(option, text, &mut out)?;
                assert_eq!(out.len() - before, Packer::packed_len(option, text.len()));
            }
            (_, None) => unreachable!(),
        }
    }
    Ok(out)
}

fn argument(wrong: &PackError, values: usize) -> usize {
    match wrong.blame() {
        Blame::None => 0,
        Blame::Format => 1,
        Blame::Data => 2,
        Blame::Position => 3,
        // The first argument is the format.
        Blame::Value => values + 1,
    }
}

fn unpack(format: &[u8], data: &[u8], at: usize) -> String {
    let run = || {
        let mut unpacker = Unpacker::new(format, data, at)?;
        let mut values = Vec::new();
        while let Some(value) = unpacker.next_value()? {
            values.push(match value {
                Unpacked::Int(i) => Shown::Int(i),
                Unpacked::Float(f) => Shown::Float(f),
                Unpacked::Text { start, end } => Shown::Text(&data[start..end]),
            });
        }
        values.push(Shown::Int(unpacker.position() as i64 + 1));
        Ok(shown(&values))
    };
    run().unwrap_or_else(|wrong: PackError| error(argument(&wrong, 0), &wrong.message()))
}

#[test]
fn packing_and_unpacking() {
    let mut rng = Rng::new(31);
    let mut cases = Cases::default();
    let (mut packed, mut refused) = (0, 0);
    for _ in 0..2500 {
        let format = format(&mut rng);
        let size = match pack_size(&format) {
            Ok(size) => shown(&[Shown::Int(size)]),
            Err(wrong) => error(argument(&wrong, 0), &wrong.message()),
        };
        cases.add(format!("string.packsize, {}", literal(&format)), size);

        let (values, result) = pack(&mut rng, &format);
        let mut call = format!("string.pack, {}", literal(&format));
        for value in &values {
            call.push_str(", ");
            call.push_str(&match value {
                Value::Number(n) => number(*n),
                Value::Text(text) => literal(text),
            });
        }
        let data = match result {
            Ok(data) => {
                packed += 1;
                cases.add(call, shown(&[Shown::Text(&data)]));
                data
            }
            Err(wrong) => {
                refused += 1;
                cases.add(
                    call,
                    error(argument(&wrong, values.len()), &wrong.message()),
                );
                rng.text(b"\0\x01\xffabc", 40)
            }
        };
        let data = match rng.below(4) {
            0 => data[..rng.below(data.len() + 1)].to_vec(),
            1 => [data, rng.text(b"\0\x01\xff", 9)].concat(),
            _ => data,
        };
        let at = if rng.one_in(3) {
            rng.below(data.len() + 1)
        } else {
            0
        };
        cases.add(
            format!(
                "string.unpack, {}, {}, {}",
                literal(&format),
                literal(&data),
                at + 1
            ),
            unpack(&format, &data, at),
        );
    }
    assert!(
        packed > 500 && refused > 100,
        "{packed} packed, {refused} refused"
    );
    cases.check();
}
