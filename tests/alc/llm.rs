#[test]
fn tail() {
    use crate::driver::eval;
    for code in ["return type(1)", "local x = type(1) return x", "return (type(1))", "return tostring(5), 1", "return math.floor(2.5)", "local function f() return type(1) end return f()", "return string.format('%d', 3)"] {
        println!("{code} -> {}", eval(code));
    }
}
