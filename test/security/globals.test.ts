// Everything a step can reach by name: a new name fails these tests until somebody has looked at it.
import { expect, test } from 'vitest';
import { load as loadJavaScript } from '../../runners/javascript/index.ts';
import { load as loadLua } from '../../runners/lua/index.ts';
import { embedded } from '../runners/contract/embedded.ts';

const LUA = `
local lines, seen = {}, {}
local function walk(value, path)
  local kind = math.type(value) or type(value)
  if seen[value] then lines[#lines + 1] = path .. " = " .. seen[value] return end
  if kind ~= "table" and kind ~= "userdata" and kind ~= "function" then lines[#lines + 1] = path .. ": " .. kind return end
  if kind ~= "function" then seen[value] = path end
  lines[#lines + 1] = path .. ": " .. kind
  local meta = getmetatable(value)
  if meta ~= nil then walk(meta, path .. " metatable") end
  if kind == "table" then
    local keys = {}
    for key in next, value do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for _, key in ipairs(keys) do walk(rawget(value, key), path .. "." .. tostring(key)) end
  end
end
function run()
  walk(_G, "_G")
  walk(getmetatable(""), "string metatable")
  for _, value in ipairs({ 1, true, print, coroutine.create(print) }) do
    if getmetatable(value) ~= nil then lines[#lines + 1] = "metatable of " .. type(value) end
  end
  return lines
end`;

test('the globals of a Lua step', async () => {
  const { shown } = await embedded('lua', loadLua)(LUA);
  expect((JSON.parse(String(shown)) as string[]).join('\n')).toMatchInlineSnapshot(`
    "_G: table
    _G._G = _G
    _G._VERSION: string
    _G.assert: function
    _G.collectgarbage: function
    _G.coroutine: table
    _G.coroutine.close: function
    _G.coroutine.create: function
    _G.coroutine.isyieldable: function
    _G.coroutine.resume: function
    _G.coroutine.running: function
    _G.coroutine.status: function
    _G.coroutine.wrap: function
    _G.coroutine.yield: function
    _G.error: function
    _G.getmetatable: function
    _G.hwfe: table
    _G.hwfe metatable: table
    _G.hwfe metatable.__index: function
    _G.inputs: table
    _G.ipairs: function
    _G.json: table
    _G.json.array: function
    _G.json.decode: function
    _G.json.encode: function
    _G.json.null: userdata
    _G.json.null metatable: table
    _G.json.null metatable.__name: string
    _G.load: function
    _G.math: table
    _G.math.abs: function
    _G.math.acos: function
    _G.math.asin: function
    _G.math.atan: function
    _G.math.ceil: function
    _G.math.cos: function
    _G.math.deg: function
    _G.math.exp: function
    _G.math.floor: function
    _G.math.fmod: function
    _G.math.huge: float
    _G.math.log: function
    _G.math.max: function
    _G.math.maxinteger: integer
    _G.math.min: function
    _G.math.mininteger: integer
    _G.math.modf: function
    _G.math.pi: float
    _G.math.rad: function
    _G.math.random: function
    _G.math.randomseed: function
    _G.math.sin: function
    _G.math.sqrt: function
    _G.math.tan: function
    _G.math.tointeger: function
    _G.math.type: function
    _G.math.ult: function
    _G.next: function
    _G.os: table
    _G.os.clock: function
    _G.os.date: function
    _G.os.difftime: function
    _G.os.getenv: function
    _G.os.time: function
    _G.pairs: function
    _G.pcall: function
    _G.print: function
    _G.rawequal: function
    _G.rawget: function
    _G.rawlen: function
    _G.rawset: function
    _G.require: function
    _G.run: function
    _G.select: function
    _G.setmetatable: function
    _G.string: table
    _G.string.byte: function
    _G.string.char: function
    _G.string.dump: function
    _G.string.find: function
    _G.string.format: function
    _G.string.gmatch: function
    _G.string.gsub: function
    _G.string.len: function
    _G.string.lower: function
    _G.string.match: function
    _G.string.pack: function
    _G.string.packsize: function
    _G.string.rep: function
    _G.string.reverse: function
    _G.string.sub: function
    _G.string.unpack: function
    _G.string.upper: function
    _G.table: table
    _G.table.concat: function
    _G.table.insert: function
    _G.table.move: function
    _G.table.pack: function
    _G.table.remove: function
    _G.table.sort: function
    _G.table.unpack: function
    _G.tonumber: function
    _G.tostring: function
    _G.type: function
    _G.utf8: table
    _G.utf8.char: function
    _G.utf8.charpattern: string
    _G.utf8.codepoint: function
    _G.utf8.codes: function
    _G.utf8.len: function
    _G.utf8.offset: function
    _G.warn: function
    _G.xpcall: function
    string metatable: table
    string metatable.__add: function
    string metatable.__div: function
    string metatable.__idiv: function
    string metatable.__index = _G.string
    string metatable.__mod: function
    string metatable.__mul: function
    string metatable.__pow: function
    string metatable.__sub: function
    string metatable.__unm: function"
  `);
});

const JAVASCRIPT = `
const lines = [];
const seen = new Map();
function walk(value, path) {
  const kind = value === null ? 'null' : typeof value;
  if (kind !== 'object' && kind !== 'function') return kind;
  if (seen.has(value)) return '= ' + seen.get(value);
  seen.set(value, path);
  const shown = [];
  for (const key of Reflect.ownKeys(value)) {
    if (kind === 'function' && (key === 'length' || key === 'name')) continue;
    const found = Object.getOwnPropertyDescriptor(value, key);
    const name = String(key).replace('Symbol(Symbol.', '@@').replace(/\\)$/, '');
    // Some globals are installed when they are first looked at.
    if (path === 'globalThis' && found.get) void value[key];
    const now = Object.getOwnPropertyDescriptor(value, key);
    for (const part of ['get', 'set', 'value']) {
      if (now[part] === undefined) continue;
      const inner = walk(now[part], path + '.' + name + (part === 'value' ? '' : ' ' + part));
      shown.push((part === 'value' ? '' : part + ' ') + name + (inner === undefined || inner === 'function' ? '' : ' ' + inner));
    }
  }
  const prototype = Object.getPrototypeOf(value);
  const inherits = prototype === null ? 'null' : walk(prototype, path + '.__proto__');
  const plain = kind === 'function' && shown.length === 0 && inherits === '= Function.prototype';
  if (!plain) lines.push(path + ' (' + kind + (inherits ? ' : ' + inherits.replace('= ', '') : '') + ') ' + shown.sort().join(', '));
  return plain ? 'function' : undefined;
}
function run() {
  seen.set(Function.prototype, 'Function.prototype');
  walk(globalThis, 'globalThis');
  seen.delete(Function.prototype);
  walk(Function.prototype, 'Function.prototype');
  for (const [name, value] of [['generator', function* () {}], ['async', async () => {}], ['async generator', async function* () {}]])
    walk(Object.getPrototypeOf(value), name);
  return lines;
}`;

test('the globals of a JavaScript step', async () => {
  const { shown } = await embedded('javascript', loadJavaScript)(JAVASCRIPT);
  expect((JSON.parse(String(shown)) as string[]).join('\n')).toMatchInlineSnapshot(`
    "globalThis.Error.prototype.__proto__.constructor (function : Function.prototype) assign, create, defineProperties, defineProperty, entries, freeze, fromEntries, getOwnPropertyDescriptor, getOwnPropertyDescriptors, getOwnPropertyNames, getOwnPropertySymbols, getPrototypeOf, groupBy, hasOwn, is, isExtensible, isFrozen, isSealed, keys, preventExtensions, prototype = globalThis.Error.prototype.__proto__, seal, setPrototypeOf, values
    globalThis.Error.prototype.__proto__ (object : null) __defineGetter__, __defineSetter__, __lookupGetter__, __lookupSetter__, constructor, get __proto__, hasOwnProperty, isPrototypeOf, propertyIsEnumerable, set __proto__, toLocaleString, toString, valueOf
    globalThis.Error.prototype (object) constructor = globalThis.Error, message string, name string, toString
    globalThis.Error (function : Function.prototype) isError, prototype
    globalThis.EvalError.prototype (object : globalThis.Error.prototype) constructor = globalThis.EvalError, message string, name string
    globalThis.EvalError (function : globalThis.Error) prototype
    globalThis.RangeError.prototype (object : globalThis.Error.prototype) constructor = globalThis.RangeError, message string, name string
    globalThis.RangeError (function : globalThis.Error) prototype
    globalThis.ReferenceError.prototype (object : globalThis.Error.prototype) constructor = globalThis.ReferenceError, message string, name string
    globalThis.ReferenceError (function : globalThis.Error) prototype
    globalThis.SyntaxError.prototype (object : globalThis.Error.prototype) constructor = globalThis.SyntaxError, message string, name string
    globalThis.SyntaxError (function : globalThis.Error) prototype
    globalThis.TypeError.prototype (object : globalThis.Error.prototype) constructor = globalThis.TypeError, message string, name string
    globalThis.TypeError (function : globalThis.Error) prototype
    globalThis.URIError.prototype (object : globalThis.Error.prototype) constructor = globalThis.URIError, message string, name string
    globalThis.URIError (function : globalThis.Error) prototype
    globalThis.InternalError.prototype (object : globalThis.Error.prototype) constructor = globalThis.InternalError, message string, name string
    globalThis.InternalError (function : globalThis.Error) prototype
    globalThis.AggregateError.prototype (object : globalThis.Error.prototype) constructor = globalThis.AggregateError, message string, name string
    globalThis.AggregateError (function : globalThis.Error) prototype
    globalThis.Array.prototype.@@unscopables (object : null) at boolean, copyWithin boolean, entries boolean, fill boolean, find boolean, findIndex boolean, findLast boolean, findLastIndex boolean, flat boolean, flatMap boolean, includes boolean, keys boolean, toReversed boolean, toSorted boolean, toSpliced boolean, values boolean
    globalThis.Array.prototype (object : globalThis.Error.prototype.__proto__) @@iterator = globalThis.Array.prototype.values, @@unscopables, at, concat, constructor = globalThis.Array, copyWithin, entries, every, fill, filter, find, findIndex, findLast, findLastIndex, flat, flatMap, forEach, includes, indexOf, join, keys, lastIndexOf, length number, map, pop, push, reduce, reduceRight, reverse, shift, slice, some, sort, splice, toLocaleString, toReversed, toSorted, toSpliced, toString, unshift, values, with
    globalThis.Array (function : Function.prototype) from, get @@species, isArray, of, prototype
    globalThis.Function (function : Function.prototype) prototype = Function.prototype
    globalThis.Iterator.prototype (object : globalThis.Error.prototype.__proto__) @@iterator, drop, every, filter, find, flatMap, forEach, get @@toStringTag, get constructor, map, reduce, set @@toStringTag, set constructor = globalThis.Iterator.prototype.constructor get, some, take, toArray
    globalThis.Iterator (function : Function.prototype) concat, from, prototype
    globalThis.Number.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.Number, toExponential, toFixed, toLocaleString, toPrecision, toString, valueOf
    globalThis.Number (function : Function.prototype) EPSILON number, MAX_SAFE_INTEGER number, MAX_VALUE number, MIN_SAFE_INTEGER number, MIN_VALUE number, NEGATIVE_INFINITY number, NaN number, POSITIVE_INFINITY number, isFinite, isInteger, isNaN, isSafeInteger, parseFloat = globalThis.parseFloat, parseInt = globalThis.parseInt, prototype
    globalThis.Boolean.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.Boolean, toString, valueOf
    globalThis.Boolean (function : Function.prototype) prototype
    globalThis.String.prototype (object : globalThis.Error.prototype.__proto__) @@iterator, anchor, at, big, blink, bold, charAt, charCodeAt, codePointAt, concat, constructor = globalThis.String, endsWith, fixed, fontcolor, fontsize, includes, indexOf, isWellFormed, italics, lastIndexOf, length number, link, localeCompare, match, matchAll, normalize, padEnd, padStart, repeat, replace, replaceAll, search, slice, small, split, startsWith, strike, sub, substr, substring, sup, toLocaleLowerCase, toLocaleUpperCase, toLowerCase, toString, toUpperCase, toWellFormed, trim, trimEnd, trimLeft = globalThis.String.prototype.trimStart, trimRight = globalThis.String.prototype.trimEnd, trimStart, valueOf
    globalThis.String (function : Function.prototype) fromCharCode, fromCodePoint, prototype, raw
    globalThis.Math (object : globalThis.Error.prototype.__proto__) @@toStringTag string, E number, LN10 number, LN2 number, LOG10E number, LOG2E number, PI number, SQRT1_2 number, SQRT2 number, abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, clz32, cos, cosh, exp, expm1, f16round, floor, fround, hypot, imul, log, log10, log1p, log2, max, min, pow, random, round, sign, sin, sinh, sqrt, sumPrecise, tan, tanh, trunc
    globalThis.Reflect (object : globalThis.Error.prototype.__proto__) @@toStringTag string, apply, construct, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, getPrototypeOf, has, isExtensible, ownKeys, preventExtensions, set, setPrototypeOf
    globalThis.Symbol.prototype (object : globalThis.Error.prototype.__proto__) @@toPrimitive, @@toStringTag string, constructor = globalThis.Symbol, get description, toString, valueOf
    globalThis.Symbol (function : Function.prototype) asyncIterator symbol, for, hasInstance symbol, isConcatSpreadable symbol, iterator symbol, keyFor, match symbol, matchAll symbol, prototype, replace symbol, search symbol, species symbol, split symbol, toPrimitive symbol, toStringTag symbol, unscopables symbol
    globalThis.BigInt.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.BigInt, toString, valueOf
    globalThis.BigInt (function : Function.prototype) asIntN, asUintN, prototype
    globalThis.Date.prototype (object : globalThis.Error.prototype.__proto__) @@toPrimitive, constructor = globalThis.Date, getDate, getDay, getFullYear, getHours, getMilliseconds, getMinutes, getMonth, getSeconds, getTime, getTimezoneOffset, getUTCDate, getUTCDay, getUTCFullYear, getUTCHours, getUTCMilliseconds, getUTCMinutes, getUTCMonth, getUTCSeconds, getYear, setDate, setFullYear, setHours, setMilliseconds, setMinutes, setMonth, setSeconds, setTime, setUTCDate, setUTCFullYear, setUTCHours, setUTCMilliseconds, setUTCMinutes, setUTCMonth, setUTCSeconds, setYear, toDateString, toGMTString = globalThis.Date.prototype.toUTCString, toISOString, toJSON, toLocaleDateString, toLocaleString, toLocaleTimeString, toString, toTimeString, toUTCString, valueOf
    globalThis.Date (function : Function.prototype) UTC, now, parse, prototype
    globalThis.RegExp.prototype (object : globalThis.Error.prototype.__proto__) @@match, @@matchAll, @@replace, @@search, @@split, compile, constructor = globalThis.RegExp, exec, get dotAll, get flags, get global, get hasIndices, get ignoreCase, get multiline, get source, get sticky, get unicode, get unicodeSets, test, toString
    globalThis.RegExp (function : Function.prototype) escape, get @@species, prototype
    globalThis.JSON (object : globalThis.Error.prototype.__proto__) @@toStringTag string, parse, stringify
    globalThis.Proxy (function : Function.prototype) revocable
    globalThis.Map.prototype (object : globalThis.Error.prototype.__proto__) @@iterator = globalThis.Map.prototype.entries, @@toStringTag string, clear, constructor = globalThis.Map, delete, entries, forEach, get, get size, getOrInsert, getOrInsertComputed, has, keys, set, values
    globalThis.Map (function : Function.prototype) get @@species, groupBy, prototype
    globalThis.Set.prototype (object : globalThis.Error.prototype.__proto__) @@iterator = globalThis.Set.prototype.values, @@toStringTag string, add, clear, constructor = globalThis.Set, delete, difference, entries, forEach, get size, has, intersection, isDisjointFrom, isSubsetOf, isSupersetOf, keys = globalThis.Set.prototype.values, symmetricDifference, union, values
    globalThis.Set (function : Function.prototype) get @@species, groupBy, prototype
    globalThis.WeakMap.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.WeakMap, delete, get, getOrInsert, getOrInsertComputed, has, set
    globalThis.WeakMap (function : Function.prototype) prototype
    globalThis.WeakSet.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, add, constructor = globalThis.WeakSet, delete, has
    globalThis.WeakSet (function : Function.prototype) prototype
    globalThis.ArrayBuffer.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.ArrayBuffer, get byteLength, get detached, get maxByteLength, get resizable, resize, slice, transfer, transferToFixedLength
    globalThis.ArrayBuffer (function : Function.prototype) get @@species, isView, prototype
    globalThis.SharedArrayBuffer.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.SharedArrayBuffer, get byteLength, get growable, get maxByteLength, grow, slice
    globalThis.SharedArrayBuffer (function : Function.prototype) get @@species, prototype
    globalThis.Uint8ClampedArray.prototype.__proto__.constructor (function : Function.prototype) from, get @@species, of, prototype = globalThis.Uint8ClampedArray.prototype.__proto__
    globalThis.Uint8ClampedArray.prototype.__proto__ (object : globalThis.Error.prototype.__proto__) @@iterator = globalThis.Uint8ClampedArray.prototype.__proto__.values, at, constructor, copyWithin, entries, every, fill, filter, find, findIndex, findLast, findLastIndex, forEach, get @@toStringTag, get buffer, get byteLength, get byteOffset, get length, includes, indexOf, join, keys, lastIndexOf, map, reduce, reduceRight, reverse, set, slice, some, sort, subarray, toLocaleString, toReversed, toSorted, toString = globalThis.Array.prototype.toString, values, with
    globalThis.Uint8ClampedArray.prototype (object) BYTES_PER_ELEMENT number, constructor = globalThis.Uint8ClampedArray
    globalThis.Uint8ClampedArray (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Int8Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Int8Array
    globalThis.Int8Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Uint8Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Uint8Array
    globalThis.Uint8Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Int16Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Int16Array
    globalThis.Int16Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Uint16Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Uint16Array
    globalThis.Uint16Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Int32Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Int32Array
    globalThis.Int32Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Uint32Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Uint32Array
    globalThis.Uint32Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.BigInt64Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.BigInt64Array
    globalThis.BigInt64Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.BigUint64Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.BigUint64Array
    globalThis.BigUint64Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Float16Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Float16Array
    globalThis.Float16Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Float32Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Float32Array
    globalThis.Float32Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.Float64Array.prototype (object : globalThis.Uint8ClampedArray.prototype.__proto__) BYTES_PER_ELEMENT number, constructor = globalThis.Float64Array
    globalThis.Float64Array (function : globalThis.Uint8ClampedArray.prototype.__proto__.constructor) BYTES_PER_ELEMENT number, prototype
    globalThis.DataView.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.DataView, get buffer, get byteLength, get byteOffset, getBigInt64, getBigUint64, getFloat16, getFloat32, getFloat64, getInt16, getInt32, getInt8, getUint16, getUint32, getUint8, setBigInt64, setBigUint64, setFloat16, setFloat32, setFloat64, setInt16, setInt32, setInt8, setUint16, setUint32, setUint8
    globalThis.DataView (function : Function.prototype) prototype
    globalThis.Promise.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, catch, constructor = globalThis.Promise, finally, then
    globalThis.Promise (function : Function.prototype) all, allSettled, any, get @@species, prototype, race, reject, resolve, try, withResolvers
    globalThis.WeakRef.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.WeakRef, deref
    globalThis.WeakRef (function : Function.prototype) prototype
    globalThis.FinalizationRegistry.prototype (object : globalThis.Error.prototype.__proto__) @@toStringTag string, constructor = globalThis.FinalizationRegistry, register, unregister
    globalThis.FinalizationRegistry (function : Function.prototype) prototype
    globalThis.console (object : globalThis.Error.prototype.__proto__) assert, count, countReset, debug = globalThis.console.log, dir, dirxml = globalThis.console.log, error = globalThis.console.warn, group, groupCollapsed, groupEnd, info = globalThis.console.log, log, table, time, timeEnd, timeLog, trace, warn
    globalThis.clearTimeout.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.clearTimeout
    globalThis.clearTimeout (function : Function.prototype) prototype
    globalThis.TextEncoder.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.TextEncoder, encode, encodeInto
    globalThis.TextEncoder (function : Function.prototype) prototype
    globalThis.TextDecoder.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.TextDecoder, decode
    globalThis.TextDecoder (function : Function.prototype) prototype
    globalThis.crypto (object : globalThis.Error.prototype.__proto__) getRandomValues, randomUUID
    globalThis.URL.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.URL, get hash, get host, get hostname, get href, get origin, get password, get pathname, get port, get protocol, get search, get searchParams, get username, set hash, set host, set hostname, set href, set password, set pathname, set port, set protocol, set search, set username, toJSON, toString
    globalThis.URL (function : Function.prototype) canParse, parse, prototype
    globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor.constructor (function : globalThis.Function) prototype = globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor
    globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor (object : Function.prototype) @@toStringTag string, constructor, prototype = globalThis.URLSearchParams.prototype.entries.prototype.__proto__
    globalThis.URLSearchParams.prototype.entries.prototype.__proto__ (object : globalThis.Iterator.prototype) @@toStringTag string, constructor, next, return, throw
    globalThis.URLSearchParams.prototype.entries.prototype (object) 
    globalThis.URLSearchParams.prototype.entries (function : globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor) prototype
    globalThis.URLSearchParams.prototype.keys.prototype (object : globalThis.URLSearchParams.prototype.entries.prototype.__proto__) 
    globalThis.URLSearchParams.prototype.keys (function : globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor) prototype
    globalThis.URLSearchParams.prototype.values.prototype (object : globalThis.URLSearchParams.prototype.entries.prototype.__proto__) 
    globalThis.URLSearchParams.prototype.values (function : globalThis.URLSearchParams.prototype.entries.prototype.__proto__.constructor) prototype
    globalThis.URLSearchParams.prototype (object : globalThis.Error.prototype.__proto__) @@iterator, append, constructor = globalThis.URLSearchParams, delete, entries, forEach, get, get size, getAll, has, keys, set, sort, toString, values
    globalThis.URLSearchParams (function : Function.prototype) prototype
    globalThis.hwfe.file.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.hwfe.file
    globalThis.hwfe.file (function : Function.prototype) prototype
    globalThis.hwfe (object : globalThis.Error.prototype.__proto__) file, list, read, readBytes, table, write
    globalThis.inputs (object : globalThis.Error.prototype.__proto__) 
    globalThis.process.env (object : globalThis.Error.prototype.__proto__) 
    globalThis.process (object : globalThis.Error.prototype.__proto__) env
    globalThis.walk.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.walk
    globalThis.walk (function : Function.prototype) prototype
    globalThis.run.prototype (object : globalThis.Error.prototype.__proto__) constructor = globalThis.run
    globalThis.run (function : Function.prototype) prototype
    globalThis (object : globalThis.Error.prototype.__proto__) @@toStringTag string, AggregateError, Array, ArrayBuffer, BigInt, BigInt64Array, BigUint64Array, Boolean, DataView, Date, Error, EvalError, FinalizationRegistry, Float16Array, Float32Array, Float64Array, Function, Infinity number, Int16Array, Int32Array, Int8Array, InternalError, Iterator, JSON, Map, Math, NaN number, Number, Object = globalThis.Error.prototype.__proto__.constructor, Promise, Proxy, RangeError, ReferenceError, Reflect, RegExp, Set, SharedArrayBuffer, String, Symbol, SyntaxError, TextDecoder, TextEncoder, TypeError, URIError, URL, URLSearchParams, Uint16Array, Uint32Array, Uint8Array, Uint8ClampedArray, WeakMap, WeakRef, WeakSet, atob, btoa, clearImmediate = globalThis.clearTimeout, clearInterval = globalThis.clearTimeout, clearTimeout, console, crypto, decodeURI, decodeURIComponent, encodeURI, encodeURIComponent, escape, eval, globalThis = globalThis, hwfe, inputs, isFinite, isNaN, parseFloat, parseInt, process, queueMicrotask, require, run, setImmediate, setInterval, setTimeout, structuredClone, unescape, walk
    Function.prototype (function : globalThis.Error.prototype.__proto__) @@hasInstance, apply, bind, call, constructor = globalThis.Function, get arguments = Function.prototype.caller get, get caller, get columnNumber, get fileName, get lineNumber, set arguments = Function.prototype.caller get, set caller = Function.prototype.caller get, toString
    async.constructor (function : globalThis.Function) prototype = async
    async (object : Function.prototype) @@toStringTag string, constructor
    async generator.constructor (function : globalThis.Function) prototype = async generator
    async generator.prototype.__proto__ (object : globalThis.Error.prototype.__proto__) @@asyncIterator
    async generator.prototype (object) @@toStringTag string, constructor = async generator, next, return, throw
    async generator (object : Function.prototype) @@toStringTag string, constructor, prototype"
  `);
});
