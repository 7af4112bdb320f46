/** Whether `npm run test:long` runs: what is told by examples takes more of them then. */
export const LONG = process.env['DAYMILL_LONG'] === '1';

/** As many as the variable says, else by which suite runs. */
export const howMany = (variable: string, short: number, long: number): number =>
  Number(process.env[variable] ?? (LONG ? long : short));
