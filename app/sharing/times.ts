/** How long a grant may last, as choices. A policy bills at most 1024 epochs; a local chain's are short. Units: seconds. */
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const choices = [10 * minute, hour, 4 * hour, 8 * hour, day, 7 * day, 30 * day, 90 * day, 365 * day] as const;

/** The choices that fit epochs of this length: at least two of them, at most a thousand; five at most. */
export const durationsFor = (epochLength: number): readonly number[] =>
  choices.filter((seconds) => seconds >= 2 * epochLength && seconds <= 1_000 * epochLength).slice(0, 5);

const delays = [10 * minute, hour, 12 * hour, day, 7 * day, 30 * day] as const;

/** How much later it may begin, so that both together fit what a policy bills: the paid range holds the waiting too. Four at most. */
export const delaysFor = (epochLength: number, lasts: number): readonly number[] =>
  delays.filter((seconds) => seconds + lasts <= 1_000 * epochLength).slice(0, 4);

/** A length of time in words, e.g. 4 hours, 7 días. */
export function lasting(seconds: number, language: string): string {
  const [value, unit] =
    seconds >= day ? [seconds / day, 'day'] : seconds >= hour ? [seconds / hour, 'hour'] : [seconds / minute, 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
