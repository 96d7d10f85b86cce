//! `string.format`.

use algocline_wasm::lua::text::format::{
    Conversion, FormatError, FormatSpec, quote_float, quote_int, quote_string,
};
use algocline_wasm::lua::text::number::Number;

use super::puc::{Cases, Shown, error, literal, number, shown};
use super::rng::Rng;

/// An argument of `string.format`.
enum Argument {
    Number(Number),
    Text(Vec<u8>),
}

fn specification(rng: &mut Rng) -> Vec<u8> {
    let flags = if rng.one_in(3) { 3 } else { 1 };
    let mut spec = rng.text(b"-+ #0", flags);
    match rng.below(8) {
        0..=2 => {}
        7 => spec.extend(rng.text(b"0123456789.", 4)),
        _ => spec.extend(rng.below(30).to_string().bytes()),
    }
    if rng.one_in(2) {
        spec.push(b'.');
        if !rng.one_in(8) {
            let most = if rng.one_in(5) { 100 } else { 20 };
            spec.extend(rng.below(most).to_string().bytes());
        }
    }
    spec.push(if rng.one_in(25) {
        rng.pick(b"Fnlh%yQ\x80.")
    } else {
        rng.pick(b"dddiuxXoocsseEfffgGgaAq")
    });
    spec
}

fn ours(spec: &[u8], argument: &Argument) -> Result<Vec<u8>, FormatError> {
    let format = [b"<", spec, b">"].concat();
    let mut out = vec![b'<'];
    let (parsed, end) = FormatSpec::parse(&format, 1)?;
    parsed.check_early()?;
    match (parsed.conversion(), argument) {
        (Conversion::Integer, Argument::Number(Number::Int(i))) => {
            parsed.write_int(*i, &mut out)?
        }
        (Conversion::Char, Argument::Number(Number::Int(i))) => parsed.write_char(*i, &mut out)?,
        (Conversion::Float, Argument::Number(n)) => parsed.write_float(n.to_float(), &mut out)?,
        (Conversion::Text, Argument::Text(text)) => parsed.write_str(text, &mut out)?,
        (Conversion::Quoted, Argument::Text(text)) => quote_string(text, &mut out),
        (Conversion::Quoted, Argument::Number(Number::Int(i))) => quote_int(*i, &mut out),
        (Conversion::Quoted, Argument::Number(Number::Float(f))) => quote_float(*f, &mut out),
        (Conversion::Pointer, Argument::Number(_)) => parsed.write_pointer(None, &mut out)?,
        (conversion, _) => panic!("no such argument is made for {conversion:?}"),
    }
    out.extend_from_slice(&format[end..]);
    Ok(out)
}

#[test]
fn conversions() {
    let mut rng = Rng::new(11);
    let mut cases = Cases::default();
    for _ in 0..5000 {
        let mut spec = specification(&mut rng);
        if rng.one_in(50) {
            spec = vec![b'-'; rng.below(25)];
            spec.push(b'd');
        }
        let letter = spec[spec.len() - 1];
        if spec == b"%" {
            // Two percents are no conversion; the caller handles them.
            continue;
        }
        let argument = match letter {
            b's' => Argument::Text(rng.text(b"abc\xff ", 12)),
            b'q' if rng.one_in(2) => Argument::Text(rng.text(b"a1\0\n\r\"\\\x7f\x80\x1f9", 12)),
            b'a' | b'A' | b'e' | b'E' | b'f' | b'g' | b'G' => {
                Argument::Number(Number::Float(rng.float()))
            }
            b'q' if rng.one_in(2) => Argument::Number(Number::Float(rng.float())),
            _ => Argument::Number(Number::Int(rng.integer())),
        };
        let shown_argument = match &argument {
            Argument::Number(n) => number(*n),
            Argument::Text(text) => literal(text),
        };
        let expected = match ours(&spec, &argument) {
            Ok(text) => shown(&[Shown::Text(&text)]),
            Err(wrong) => error(
                if wrong.is_argument_error() { 2 } else { 0 },
                &wrong.message(),
            ),
        };
        let format = [b"<%", &spec[..], b">"].concat();
        cases.add(
            format!("string.format, {}, {shown_argument}", literal(&format)),
            expected,
        );
    }
    cases.check();
}
