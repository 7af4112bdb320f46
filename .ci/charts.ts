/** A chart of each family of bundled computations, of what they find. Nothing but the families' own results, so that a chart that is kept can be checked. */
import { fleetChart } from './charts/fleet.ts';
import { flightsChart } from './charts/flights.ts';
import { marketChart } from './charts/market.ts';
import { productivityChart } from './charts/productivity.ts';
import { tradingChart } from './charts/trading.ts';

const CHARTS: Readonly<Record<string, () => string | Promise<string>>> = {
  flights: flightsChart,
  market: marketChart,
  trading: tradingChart,
  fleet: fleetChart,
  productivity: productivityChart,
};

/** By the name of the file. */
export async function charts(): Promise<[file: string, svg: string][]> {
  const made: [string, string][] = [];
  for (const [family, draw] of Object.entries(CHARTS)) made.push([`${family}.svg`, await draw()]);
  return made;
}
