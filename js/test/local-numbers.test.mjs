// The build gives local variables other numbers; what functions compute stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { numberLocals } from "../../scripts/lib/local-numbers.mjs";

const TEXT = `(module
  (memory 1)
  (global $stack (mut i32) (i32.const 65536))
  (func $frame (export "frame") (param $x i32) (result i64)
    (local $d f64) (local $l i64) (local $frame i32) (local $unused i32)
    (local.set $frame (i32.sub (global.get $stack) (i32.const 16)))
    (global.set $stack (local.get $frame))
    (i32.store offset=8 (local.get $frame) (local.get $x))
    (local.set $d (f64.convert_i32_s (i32.load offset=8 (local.get $frame))))
    (local.set $l (i64.trunc_sat_f64_s (f64.mul (local.get $d) (f64.const 2.5))))
    (memory.fill (local.get $frame) (i32.const 0) (i32.const 16))
    (global.set $stack (i32.add (local.get $frame) (i32.const 16)))
    (i64.add (local.get $l) (i64.load (local.get $frame))))
  (func $sum (export "sum") (param $from i32) (param $to i32) (param $step f32) (result f64)
    (local $total f64) (local $at i32) (local $f f32)
    (local.set $at (local.get $from))
    (loop $again
      (local.set $f (f32.add (local.get $f) (local.get $step)))
      (local.set $total (f64.add (local.get $total) (f64.promote_f32 (local.get $f))))
      (br_if $again (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $to))))
    (local.get $total))
  (func (export "choose") (param $case i32) (result i32)
    (local $answer i32)
    (block $c (block $b (block $a
      (br_table $a $b $c (local.get $case)))
      (local.set $answer (i32.const 100)) (br $c))
      (local.set $answer (i32.wrap_i64 (call $frame (i32.const 200)))))
    (select (local.get $answer) (i32.const -1) (local.get $case))))`;

function compiled() {
  const module = binaryen.parseText(TEXT);
  module.setFeatures(binaryen.Features.All);
  assert.ok(module.validate());
  return Buffer.from(module.emitBinary());
}

/** What the functions give for some arguments. */
function results(wasm) {
  const { frame, sum, choose } = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports;
  return [
    ...[0, 7, -3].map(frame),
    sum(1, 10, 0.5),
    sum(3, 4, -2),
    ...[0, 1, 2, 3].map(choose),
  ].map(String);
}

test("functions give the same results with other numbers of variables", () => {
  const before = compiled();
  const after = numberLocals(before);
  assert.notDeepEqual(after, before);
  assert.deepEqual(results(after), results(before));
  assert.deepEqual(results(after).slice(0, 3), ["0", "17", "-7"]);
});

test("numbering again changes nothing", () => {
  const once = numberLocals(compiled());
  assert.deepEqual(numberLocals(once), once);
});

test("an instruction that the build does not know is refused", () => {
  const module = binaryen.parseText('(module (func (export "f") (drop (ref.i31 (i32.const 1)))))');
  module.setFeatures(binaryen.Features.All);
  assert.throws(() => numberLocals(Buffer.from(module.emitBinary())), /code 0xfb/);
});
