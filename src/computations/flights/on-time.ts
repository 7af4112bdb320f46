/** What counts as on time. */

/**
 * The Department of Transportation counts a flight as on time when it arrives less than 15 minutes after its schedule.
 * @see https://www.ecfr.gov/current/title-14/chapter-II/subchapter-A/part-234/section-234.2
 */
const LATE_MINUTES = 15;

export const isOnTime = (delay: number): boolean => delay < LATE_MINUTES;
