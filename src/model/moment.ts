/** Reads a moment: a date with a time, or a time of day, which is its next one. */

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/;
const TIME = /^(\d\d?):(\d\d)(?::(\d\d))?$/;

/** Milliseconds since the epoch; nothing where the text is no moment. Without a zone it is the machine's. */
export function momentOf(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  const time = TIME.exec(trimmed);
  if (time !== null) return nextTime(time, now);
  const date = DATE.exec(trimmed);
  if (date === null) return undefined;
  const zone = date[7] === undefined ? '' : date[7].replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const [, year, month, day, hours = '00', minutes = '00', seconds = '00'] = date;
  const at = new Date(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}${zone}`);
  // A 31st of February is no day, which Date takes for one of March.
  const isDay = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return isDay && Number.isFinite(at.getTime()) ? at.getTime() : undefined;
}

function nextTime([, hours, minutes, seconds = '0']: RegExpExecArray, now: number): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
