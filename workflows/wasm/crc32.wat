;; CRC-32 (IEEE 802.3, as in zip and PNG) of a step's inputs: a JSON module, which gets the inputs' text and returns JSON.
;; `npm run build:wasm` makes crc32.wasm of this file.
(module
  (memory (export "memory") 1)
  ;; The first KiB is for the output; what the engine writes comes behind it.
  (global $free (mut i32) (i32.const 1024))
  (data (i32.const 0) "{\"crc32\":\"")

  ;; Hands out `size` bytes; memory grows when they do not fit.
  (func (export "hwfe_alloc") (param $size i32) (result i32)
    (local $at i32) (local $missing i32)
    (local.set $at (global.get $free))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.set $missing
      (i32.sub
        (i32.shr_u (i32.add (global.get $free) (i32.const 65535)) (i32.const 16))
        (memory.size)))
    (if (i32.gt_s (local.get $missing) (i32.const 0))
      (then (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then (unreachable)))))
    (local.get $at))

  (func $crc32 (param $at i32) (param $length i32) (result i32)
    (local $crc i32) (local $end i32) (local $bit i32)
    (local.set $crc (i32.const -1))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $bytes
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $crc (i32.xor (local.get $crc) (i32.load8_u (local.get $at))))
        (local.set $bit (i32.const 8))
        (loop $bits
          (local.set $crc
            (i32.xor
              (i32.shr_u (local.get $crc) (i32.const 1))
              (i32.and (i32.const 0xedb88320) (i32.sub (i32.const 0) (i32.and (local.get $crc) (i32.const 1))))))
          (local.set $bit (i32.sub (local.get $bit) (i32.const 1)))
          (br_if $bits (local.get $bit)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $bytes)))
    (i32.xor (local.get $crc) (i32.const -1)))

  ;; `(pointer, length)` of the inputs in; the output's pointer in the high and its length in the low 32 bits out.
  (func (export "run") (param $at i32) (param $length i32) (result i64)
    (local $crc i32) (local $digit i32) (local $shift i32) (local $out i32)
    (local.set $crc (call $crc32 (local.get $at) (local.get $length)))
    (local.set $out (i32.const 10))
    (local.set $shift (i32.const 28))
    (loop $digits
      (local.set $digit (i32.and (i32.shr_u (local.get $crc) (local.get $shift)) (i32.const 15)))
      (i32.store8
        (local.get $out)
        (i32.add
          (local.get $digit)
          (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $out (i32.add (local.get $out) (i32.const 1)))
      (local.set $shift (i32.sub (local.get $shift) (i32.const 4)))
      (br_if $digits (i32.ge_s (local.get $shift) (i32.const 0))))
    (i32.store8 (local.get $out) (i32.const 34))
    (i32.store8 (i32.add (local.get $out) (i32.const 1)) (i32.const 125))
    (i64.const 20)))
