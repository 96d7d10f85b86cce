//! Error messages, which are PUC's to the letter.

use super::try_compile;

#[test]
fn messages_name_chunk_line_and_token() {
    let error = try_compile("x = 1\ny = = 2")
        .err()
        .unwrap_or_else(|| panic!("compiles"));
    assert_eq!(error.to_string(), "c:2: unexpected symbol near '='");
    assert_eq!((error.line, error.column), (2, 5));
}
