//! Replies that no strategy can use, from models that misbehave.

/// Every kind of useless reply that the strategies have to survive.
pub fn replies() -> Vec<String> {
    let mut replies: Vec<String> = [
        "",
        " \n\t",
        "I cannot help with that.",
        "{",
        "```json\n[1,2",
        "%s %d %",
        "nil",
        r#"{"answer": null}"#,
        "[]",
        "Answer:",
        "**",
        "****",
        "Score: 99999999999999999999",
        "Score: -1e309",
        "Better:",
        "Better: FIRST SECOND TIE",
        "Verdict:",
        "Verdict: neither ACCEPT nor REVISE",
        "1.\n2.\n3.",
        "- \n- ",
        "?",
        "???\n???\n?",
        "\0\u{1}",
        "日本語の答え",
        "答え：42？",
        "1. [needs: 99, 0, -1]\n2. [needs: 2]\n3. (needs: 1",
        "1. x [needs: 99999999999999999999]",
        "Answer: Answer: Answer:\nAnswer:",
        ": : :",
        "a:b\r\nAnswer :\r\n\r\n",
        "\\boxed{",
        "\\boxed{{}}",
        "<task></task><first>",
    ]
    .map(str::to_owned)
    .into();
    replies.push("9".repeat(400));
    replies.push("x".repeat(20_000));
    replies.push("\n".repeat(5_000));
    replies.push(" ".repeat(20_000));
    replies.push("1. a\n".repeat(2_000));
    replies
}

/// A small generator of numbers, so that a failure can be repeated from its seed.
pub struct Lcg(u64);

impl Lcg {
    pub fn new(seed: u64) -> Self {
        Lcg(seed)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}
