/** WASM modules for tests, written as text and assembled into a directory of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assembler from 'wabt';

/** The directory is removed when the test file's `afterAll` calls `close`. */
export class Modules {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'hwfe-wasm-'));
  #count = 0;

  /** The path of the assembled module. */
  async assemble(
    wat: string,
    name: string = `module-${(this.#count += 1)}.wasm`,
    features: Readonly<Record<string, boolean>> = {},
  ): Promise<string> {
    const wabt = await assembler();
    const module = wabt.parseWat(name, wat, features);
    const path = join(this.directory, name);
    writeFileSync(path, module.toBinary({}).buffer);
    module.destroy();
    return path;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** A WASI command that copies its standard input to its standard output. */
export const CAT = `(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 65536))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)))
      (br_if $more (i32.gt_u (i32.load (i32.const 8)) (i32.const 0))))))`;

/** A JSON module whose function hands its inputs back. */
export const ECHO = `(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 1024))
  (func (export "hwfe_alloc") (param $size i32) (result i32)
    (local $pointer i32)
    (local.set $pointer (global.get $top))
    (global.set $top (i32.add (global.get $top) (local.get $size)))
    (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.div_u (local.get $size) (i32.const 65536)) (i32.const 1))))))
    (local.get $pointer))
  (func (export "run") (param $pointer i32) (param $length i32) (result i64)
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $pointer)) (i64.const 32))
      (i64.extend_i32_u (local.get $length)))))`;
