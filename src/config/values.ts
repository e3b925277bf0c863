/** Reads one setting's value as its type wants it. */
import { parseDuration } from '../model/duration.ts';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { parseSize } from '../model/size.ts';
import { unreachable } from '../model/unreachable.ts';
import { AUTO, type SettingType, type SettingValue } from './settings.ts';

const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/**
 * The value of `raw`, which may be text even where the type is not, since variables and flags only have text.
 * The error is the rest of a sentence that names the value: `write "true" or "false"`.
 */
export function readValue(type: SettingType, raw: unknown): Result<SettingValue, string> {
  switch (type.kind) {
    case 'text':
      return typeof raw === 'string' && raw !== '' ? ok(raw) : fail('write some text');
    case 'path':
      return typeof raw === 'string' && raw !== '' ? ok(raw) : fail('write a path');
    case 'words':
      return readWords(raw);
    case 'switch': {
      const value = SWITCHES[String(raw).toLowerCase()];
      return value === undefined ? fail('write true or false') : ok(value);
    }
    case 'count': {
      if (type.orAuto === true && raw === AUTO) return ok(AUTO);
      const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
      const good = typeof value === 'number' && Number.isInteger(value) && value >= type.least && value <= type.most;
      return good
        ? ok(value)
        : fail(`write a whole number from ${type.least} to ${type.most}${type.orAuto === true ? ', or "auto"' : ''}`);
    }
    case 'choice':
      return typeof raw === 'string' && type.of.includes(raw)
        ? ok(raw)
        : fail(`write ${alternatives(type.of)}${typeof raw === 'string' ? didYouMean(raw, type.of) : ''}`);
    case 'duration': {
      const value = typeof raw === 'string' || typeof raw === 'number' ? parseDuration(raw) : undefined;
      return value === undefined ? fail('write a duration such as "90s", "5m" or "1h30m"') : ok(value);
    }
    case 'size': {
      const value = typeof raw === 'string' || typeof raw === 'number' ? parseSize(raw) : undefined;
      return value === undefined ? fail('write a size such as "64MB" or "1GB"') : ok(value);
    }
    default:
      return unreachable(type);
  }
}

/** `"a", "b" or "c"`. */
export function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

function readWords(raw: unknown): Result<SettingValue, string> {
  const parts = typeof raw === 'string' ? raw.split(',') : raw;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) {
    return fail('write a list of words such as ["lua", "toml"]');
  }
  const words = parts.map((part) => part.trim().replace(/^\./, '')).filter((part) => part !== '');
  return words.length > 0 ? ok(words) : fail('write at least one word');
}
