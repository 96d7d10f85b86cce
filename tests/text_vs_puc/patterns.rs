//! `string.find`, `match`, `gmatch` and `gsub`, built from the matcher as the
//! string library builds them.

use algocline_wasm::lua::text::pattern::{
    Captured, Found, MatchState, Pattern, PatternError, Step, expand, expanded_len, find_plain,
    has_specials,
};

use super::puc::{Cases, Shown, error, literal, shown};
use super::rng::Rng;

/// A pattern that is well formed most of the time, with few repetitions, since a
/// search takes time exponential in their number.
fn pattern(rng: &mut Rng) -> Vec<u8> {
    let mut pattern = Vec::new();
    if rng.one_in(8) {
        pattern.push(b'^');
    }
    let (mut open, mut repetitions) = (0, 0);
    for _ in 0..=rng.below(6) {
        match rng.below(14) {
            0 if open < 3 => {
                pattern.push(b'(');
                open += 1;
                continue;
            }
            1 if open > 0 => {
                pattern.push(b')');
                open -= 1;
                continue;
            }
            2 => {
                pattern.extend_from_slice(rng.pick(&[
                    b"()".as_slice(),
                    b"%b()",
                    b"%bab",
                    b"%f[%w]",
                    b"%f[^a]",
                    b"%f[%z]",
                    b"%1",
                    b"%2",
                ]));
                continue;
            }
            3 if rng.one_in(4) => {
                pattern.extend(rng.text(b"%[]()^$*+-?.fab", 3));
                continue;
            }
            4 | 5 => pattern.push(b'.'),
            6 | 7 => {
                pattern.push(b'%');
                pattern.push(rng.pick(b"acdglpsuwxADSWUzZ.%(q"));
            }
            8 | 9 => pattern.extend_from_slice(rng.pick(&[
                b"[ab]".as_slice(),
                b"[^ab]",
                b"[a-c]",
                b"[%a-]",
                b"[^%s%d]",
                b"[]a]",
                b"[^]]",
                b"[%]b]",
                b"[a-%d]",
                b"[c-a]",
                b"[%w_]",
            ])),
            _ => pattern.push(rng.pick(b"aaabbc1(.\0"[..7].as_ref())),
        }
        if repetitions < 4 && rng.one_in(2) {
            repetitions += 1;
            pattern.push(rng.pick(b"*+-?"));
        }
    }
    for _ in 0..open {
        if !rng.one_in(10) {
            pattern.push(b')');
        }
    }
    if rng.one_in(5) {
        pattern.push(b'$');
    }
    pattern
}

fn subject(rng: &mut Rng) -> Vec<u8> {
    let alphabet = rng.pick(&[
        b"ab".as_slice(),
        b"aaab",
        b"abc1 ().\0",
        b"abAB12 _-.%()\xe9\n]",
    ]);
    rng.text(alphabet, 16)
}

/// Carries a search on to its end: at once, or in small steps with a save between them.
fn run(
    state: &mut MatchState,
    subject: &[u8],
    pattern: &Pattern,
    small: Option<u64>,
) -> Result<Step, PatternError> {
    let Some(small) = small else {
        return state.run(subject, pattern, &mut u64::MAX.clone());
    };
    loop {
        let step = state.run(subject, pattern, &mut small.clone());
        if step != Ok(Step::OutOfBudget) {
            return step;
        }
        let words = state.to_words();
        *state = MatchState::from_words(&words, subject.len(), pattern).expect("its own words");
    }
}

/// The captures, or the whole match if there are none and it counts.
fn push_captures<'a>(
    state: &MatchState,
    subject: &'a [u8],
    whole: bool,
    values: &mut Vec<Shown<'a>>,
) -> Result<(), PatternError> {
    let count = match state.capture_count() {
        0 if whole => 1,
        count => count,
    };
    for index in 0..count {
        values.push(match state.capture(index)? {
            Captured::Text { start, end } => Shown::Text(&subject[start..end]),
            Captured::Position(position) => Shown::Int(position as i64),
        });
    }
    Ok(())
}

fn find<'a>(
    subject: &'a [u8],
    pattern: &[u8],
    init: usize,
    small: Option<u64>,
) -> Result<Vec<Shown<'a>>, PatternError> {
    let mut values = Vec::new();
    if !has_specials(pattern) {
        let mut at = init;
        let found = loop {
            match find_plain(subject, pattern, at, &mut small.unwrap_or(u64::MAX)) {
                Found::OutOfBudget(next) => at = next,
                Found::At(start) => break Some(start),
                Found::Nowhere => break None,
            }
        };
        match found {
            Some(start) => values.extend([
                Shown::Int(start as i64 + 1),
                Shown::Int((start + pattern.len()) as i64),
            ]),
            None => values.push(Shown::Other("nil")),
        }
        // The matcher must agree with the shortcut, except that a lone `)` is a mistake to it.
        if !pattern.contains(&b')') {
            let mut state = MatchState::new();
            state.start(init);
            let step = run(&mut state, subject, &Pattern::new(pattern, true), small)?;
            let (start, end) = state.span();
            assert_eq!(
                step,
                found.map_or(Step::NoMatch, |start| Step::Matched {
                    start,
                    end: start + pattern.len()
                })
            );
            assert!(step == Step::NoMatch || end - start == pattern.len());
        }
        return Ok(values);
    }
    let mut state = MatchState::new();
    state.start(init);
    match run(&mut state, subject, &Pattern::new(pattern, true), small)? {
        Step::Matched { start, end } => {
            values.extend([Shown::Int(start as i64 + 1), Shown::Int(end as i64)]);
            push_captures(&state, subject, false, &mut values)?;
        }
        _ => values.push(Shown::Other("nil")),
    }
    Ok(values)
}

/// All captures of all matches, one after another.
fn gmatch<'a>(
    subject: &'a [u8],
    pattern: &[u8],
    small: Option<u64>,
) -> Result<Vec<Shown<'a>>, PatternError> {
    let mut values = Vec::new();
    let mut state = MatchState::new();
    state.start(0);
    let pattern = Pattern::new(pattern, false);
    while let Step::Matched { end, .. } = run(&mut state, subject, &pattern, small)? {
        push_captures(&state, subject, true, &mut values)?;
        state.start_again(end, Some(end));
    }
    Ok(values)
}

fn gsub(
    subject: &[u8],
    pattern: &[u8],
    replacement: &[u8],
    most: usize,
    small: Option<u64>,
) -> Result<(Vec<u8>, usize), PatternError> {
    let (mut out, mut count, mut copied) = (Vec::new(), 0, 0);
    let mut state = MatchState::new();
    state.start(0);
    let pattern = Pattern::new(pattern, true);
    while count < most {
        let Step::Matched { start, end } = run(&mut state, subject, &pattern, small)? else {
            break;
        };
        count += 1;
        out.extend_from_slice(&subject[copied..start]);
        let before = out.len();
        let length = expanded_len(replacement, &state);
        expand(replacement, subject, &state, &mut out)?;
        assert_eq!(length, Ok(out.len() - before));
        copied = end;
        if pattern.is_anchored() {
            break;
        }
        state.start_again(end, Some(end));
    }
    out.extend_from_slice(&subject[copied..]);
    Ok((out, count))
}

fn line(result: Result<Vec<Shown<'_>>, PatternError>) -> String {
    match result {
        Ok(values) => shown(&values),
        Err(wrong) => error(0, wrong.to_string().as_bytes()),
    }
}

#[test]
fn searches() {
    let mut rng = Rng::new(41);
    let mut cases = Cases::default();
    cases.define(
        "function gmatch(s, p)
           local t = {}
           for a, b, c, d, e in string.gmatch(s, p) do
             for _, v in ipairs { a, b, c, d, e } do t[#t + 1] = v end
           end
           return table.unpack(t)
         end",
    );
    let (mut found, mut failed, mut wrong) = (0, 0, 0);
    for _ in 0..6000 {
        let (subject, pattern) = (subject(&mut rng), pattern(&mut rng));
        let init = if rng.one_in(4) {
            rng.below(subject.len() + 1)
        } else {
            0
        };
        let small = 1 + rng.below(4) as u64;
        let result = line(find(&subject, &pattern, init, None));
        assert_eq!(
            result,
            line(find(&subject, &pattern, init, Some(small))),
            "in steps of {small}: {} {}",
            literal(&subject),
            literal(&pattern)
        );
        match result.as_bytes()[0] {
            b'i' => found += 1,
            b'n' => failed += 1,
            _ => wrong += 1,
        }
        let arguments = format!("{}, {}", literal(&subject), literal(&pattern));
        cases.add(format!("string.find, {arguments}, {}", init + 1), result);

        let result = line(gmatch(&subject, &pattern, None));
        assert_eq!(result, line(gmatch(&subject, &pattern, Some(small))));
        cases.add(format!("gmatch, {arguments}"), result);

        let replacement = rng.text(b"x<>%%%0112a", 5);
        let most = if rng.one_in(4) { rng.below(3) } else { 1000 };
        let replaced = |small| match gsub(&subject, &pattern, &replacement, most, small) {
            Ok((text, count)) => shown(&[Shown::Text(&text), Shown::Int(count as i64)]),
            Err(wrong) => error(0, wrong.to_string().as_bytes()),
        };
        let result = replaced(None);
        assert_eq!(result, replaced(Some(small)));
        cases.add(
            format!(
                "string.gsub, {arguments}, {}, {most}",
                literal(&replacement)
            ),
            result,
        );
    }
    assert!(
        found > 1000 && failed > 1000 && wrong > 100,
        "{found} found, {failed} not, {wrong} malformed"
    );
    cases.check();
}

#[test]
fn classes() {
    let mut cases = Cases::default();
    for byte in 0..=255u8 {
        let pattern = [b'%', byte];
        let set = [b'[', b'%', byte, b']'];
        let negated = [b'[', b'^', b'%', byte, b'x', b'-', byte, b']'];
        let all: Vec<u8> = (0..=255).collect();
        for pattern in [&pattern[..], &set, &negated] {
            if matches!(byte, b'b' | b'f' | b'0'..=b'9') && pattern.len() == 2 {
                continue;
            }
            let result = gsub(&all, pattern, b"", 1000, None);
            cases.add(
                format!("string.gsub, {}, {}, ''", literal(&all), literal(pattern)),
                match result {
                    Ok((text, count)) => shown(&[Shown::Text(&text), Shown::Int(count as i64)]),
                    Err(wrong) => error(0, wrong.to_string().as_bytes()),
                },
            );
        }
    }
    cases.check();
}
