/** Reads the date of a cookie (RFC 6265bis, section 5.6.1), which forgives more than any other reader of dates. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Everything but digits, letters and colons stands between the words. */
const delimiters = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;

/** Epoch milliseconds; `undefined` for what is no date. */
export function readDate(text: string): number | undefined {
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  for (const word of text.split(delimiters)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/.exec(word);
    const days = /^(\d{1,2})(?!\d)/.exec(word);
    const name = months.indexOf(word.slice(0, 3).toLowerCase());
    const years = /^(\d{2,4})(?!\d)/.exec(word);
    if (!time && clock) time = clock.slice(1).map(Number);
    else if (day === undefined && days) day = Number(days[1]);
    else if (month === undefined && name >= 0) month = name;
    else if (year === undefined && years) year = fullYear(Number(years[1]));
  }
  if (!time || day === undefined || month === undefined || year === undefined) return undefined;
  return instant(year, month, day, time);
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return 1900 + year;
  return year <= 69 ? 2000 + year : year;
}

function instant(year: number, month: number, day: number, time: readonly number[]): number | undefined {
  const [hour = 24, minute = 60, second = 60] = time;
  if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  const at = new Date(Date.UTC(year, month, day, hour, minute, second));
  // The 30th of February is not the 2nd of March.
  return at.getUTCDate() === day ? at.getTime() : undefined;
}
