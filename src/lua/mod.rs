//! The Lua 5.4 virtual machine.
