/** Calls the system's C library, for what Node has no call of. */
import { createRequire } from 'node:module';
import type * as Ffi from 'ffi-rs';

export interface CLibrary {
  /** Addresses and whole numbers go in, an `int` comes out. Throws when the library has no such function. */
  call(name: string, ...values: number[]): number;
  /** Memory that stays where it is, all zeros, and its address. */
  allocate(bytes: number): Memory;
}

export interface Memory {
  readonly bytes: Buffer;
  readonly address: number;
}

const NAME = 'c';
/** As glibc's and musl's are found by the system's loader. */
const FILES: readonly string[] = ['libc.so.6', 'libc.so'];
/** Whose pointers, structures and order of bytes are the ones that are written here. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

/** Nothing on other systems, and where the package has no build for this one. */
export function openCLibrary(): CLibrary | undefined {
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) return undefined;
  const ffi = loadPackage();
  if (ffi === undefined || !FILES.some((path) => opens(ffi, path))) return undefined;
  const { load, DataType } = ffi;
  const numbers = (count: number): Ffi.DataType.I64[] => Array<Ffi.DataType.I64>(count).fill(DataType.I64);
  return {
    call: (funcName, ...paramsValue) =>
      load({ library: NAME, funcName, retType: DataType.I32, paramsType: numbers(paramsValue.length), paramsValue }),
    allocate(size) {
      const bytes = Buffer.from(new ArrayBuffer(size));
      // It returns its first argument, which is how the address is learned.
      const address = load({
        library: NAME,
        funcName: 'memcpy',
        retType: DataType.I64,
        paramsType: [DataType.U8Array, DataType.U8Array, DataType.I64],
        paramsValue: [bytes, bytes, 0],
      });
      return { bytes, address };
    },
  };
}

function loadPackage(): typeof Ffi | undefined {
  try {
    return createRequire(import.meta.url)('ffi-rs') as typeof Ffi;
  } catch {
    return undefined;
  }
}

function opens(ffi: typeof Ffi, path: string): boolean {
  try {
    ffi.open({ library: NAME, path });
    return true;
  } catch {
    return false;
  }
}
