/** What a deployment costs a month, for a terminal. */
import { type Bill, type BillLine, totalOf } from '../deploy/bill.ts';

export function describeBill({ floor, ceiling, cpus }: Bill, prices: string): string[] {
  return [
    `A month, at the list prices of ${prices}, free quotas left out`,
    `  At least ${money(totalOf(floor))}, with no work at all:`,
    ...billLines(floor),
    `  At most ${money(totalOf(ceiling))} for instances, if all of them are at work day and night:`,
    ...billLines(ceiling),
    `  They are ${cpus} vCPU together, which the region's quota must have room for. Documents, messages and`,
    '  steps come on top, by what runs: `daymill plan` says what a night costs.',
  ];
}

function billLines(lines: readonly BillLine[]): string[] {
  const width = Math.max(...lines.map(({ what }) => what.length));
  return lines.map(({ what, dollars, how }) => `    ${what.padEnd(width)}  ${money(dollars).padStart(9)}  ${how}`);
}

const money = (dollars: number): string => `$${dollars.toFixed(2).replaceAll(/\B(?=(\d{3})+(?=\.))/g, ',')}`;
