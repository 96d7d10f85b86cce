//! Metamethods: the events that a metatable may handle.

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $key:literal),* $(,)?) => {
        /// An event; its number is its bit in a metatable's cache of absent ones.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Event { $($(#[$doc])* $name),* }

        impl Event {
            /// All events by number.
            pub const ALL: &'static [Event] = &[$(Event::$name),*];

            /// The field of the metatable.
            pub fn key(self) -> &'static str {
                match self { $(Event::$name => $key),* }
            }
        }
    };
}

events! {
    Index = "__index",
    NewIndex = "__newindex",
    Len = "__len",
    Eq = "__eq",
    Call = "__call",
    Add = "__add",
    Sub = "__sub",
    Mul = "__mul",
    Mod = "__mod",
    Pow = "__pow",
    Div = "__div",
    IDiv = "__idiv",
    BAnd = "__band",
    BOr = "__bor",
    BXor = "__bxor",
    Shl = "__shl",
    Shr = "__shr",
    Unm = "__unm",
    BNot = "__bnot",
    Lt = "__lt",
    Le = "__le",
    Concat = "__concat",
    Close = "__close",
    Mode = "__mode",
    /// Honoured by `tostring`.
    ToString = "__tostring",
    /// The type's name in messages.
    Name = "__name",
    Pairs = "__pairs",
    /// Hides the metatable from `getmetatable`.
    Metatable = "__metatable",
    /// Accepted and kept; never run, see COMPATIBILITY.md.
    Gc = "__gc",
}

impl Event {
    /// The event's name without the underscores, as messages show it.
    pub fn short_name(self) -> &'static str {
        &self.key()[2..]
    }
}
