const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850 = /^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** An HTTP-date in any of the three forms of RFC 9110 section 5.6.7, or undefined. `Date.parse` alone would read "garbage 1" as a date. */
export function parseHttpDate(value: string | undefined): Date | undefined {
  const text = value?.trim();
  if (text === undefined) return undefined;
  if (IMF_FIXDATE.test(text) || RFC_850.test(text)) return valid(new Date(text));
  return ASCTIME.test(text) ? valid(new Date(`${text} GMT`)) : undefined;
}

const valid = (date: Date) => (Number.isNaN(date.getTime()) ? undefined : date);
