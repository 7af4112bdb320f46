/** What the sample is. */

/** The first day on which its people are told of: the first of a week that has 60 trading days before it. */
export const SAMPLE_FIRST = '2019-03-25';

export const SAMPLE_USERS = 100_000;
