//! The domain model: queries, states, metrics. No Lua here.
