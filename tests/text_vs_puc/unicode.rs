//! The `utf8` library.

use algocline_wasm::lua::text::utf8::{decode, encode};

use super::puc::{Cases, Shown, literal, shown};
use super::rng::Rng;

#[test]
fn sequences() {
    let mut rng = Rng::new(21);
    let mut cases = Cases::default();
    for _ in 0..1500 {
        let mut bytes = Vec::new();
        if rng.one_in(2) {
            let code = (rng.next() as u32) >> (1 + rng.below(31));
            assert!(encode(code, &mut bytes));
            cases.add(format!("utf8.char, {code}"), shown(&[Shown::Text(&bytes)]));
            if rng.one_in(3) {
                let at = rng.below(bytes.len());
                bytes[at] = rng.next() as u8;
            }
        } else {
            bytes = rng.text(
                b"\xc0\xc1\xc2\xe0\xed\xef\xf0\xf4\xf8\xfc\xfe\xff\x80\x90\x9f\xa0\xbfa",
                7,
            );
            // A first byte that may begin something.
            bytes.insert(
                0,
                rng.pick(b"\xc2\xdf\xe0\xed\xf0\xf4\xf8\xfb\xfc\xfd\xfe\xff\x80a"),
            );
        }
        for lax in [false, true] {
            let line = match decode(&bytes, !lax) {
                Some((code, _)) => shown(&[Shown::Int(i64::from(code))]),
                None => super::puc::error(0, b"invalid UTF-8 code"),
            };
            cases.add(
                format!("utf8.codepoint, {}, 1, 1, {lax}", literal(&bytes)),
                line,
            );
        }
    }
    cases.check();
}
