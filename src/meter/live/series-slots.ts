/** Which series there are live windows of, as columns: where their records are, and in which order they were heard of last. Pure. */
import type { Organization } from '../model/organization.ts';
import { type Handle, NONE } from './arena.ts';
import { SERIES_KINDS, type SeriesKind } from './minute.ts';

/** A place in the columns; used again when its series is removed. */
export type Slot = number;

const FIRST_SLOTS = 64;

interface Numbers {
  readonly organization: Organization;
  readonly index: number;
  /** By the series' number: its slot, one higher; 0 where there is none. */
  slots: Int32Array<ArrayBuffer>;
}

export class SeriesSlots {
  readonly #organizations = new Map<Organization, Numbers>();
  readonly #byIndex: Numbers[] = [];
  readonly #longerEach: number;
  readonly #free: Slot[] = [];
  #used = 0;
  /** `NONE` where there is no series. */
  #organization = new Int32Array(FIRST_SLOTS);
  #series = new Int32Array(FIRST_SLOTS);
  #kind = new Uint8Array(FIRST_SLOTS);
  #head = new Int32Array(FIRST_SLOTS);
  #longer: Int32Array<ArrayBuffer>;
  /** A ring through the slots, of which `#latest` was heard of last; before it is the one that was silent longest. */
  #before = new Int32Array(FIRST_SLOTS);
  #after = new Int32Array(FIRST_SLOTS);
  #latest: Slot = NONE;

  /** How many longer windows each has. */
  constructor(longerEach: number) {
    this.#longerEach = longerEach;
    this.#longer = new Int32Array(FIRST_SLOTS * longerEach);
  }

  get size(): number {
    return this.#used - this.#free.length;
  }

  get bytes(): number {
    const columns = this.#kind.length * (1 + 4 * (5 + this.#longerEach));
    return columns + this.#byIndex.reduce((sum, { slots }) => sum + slots.byteLength, 0);
  }

  find(organization: Organization, series: number): Slot | undefined {
    const slot = this.#organizations.get(organization)?.slots[series];
    return slot === undefined || slot === 0 ? undefined : slot - 1;
  }

  /** One that is not there yet; it was heard of last. */
  add(organization: Organization, series: number, kind: SeriesKind): Slot {
    const numbers = this.#numbersOf(organization);
    if (series >= numbers.slots.length)
      numbers.slots = grown(numbers.slots, Math.max(numbers.slots.length * 2, series + 1));
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#kind.length) this.#grow();
    numbers.slots[series] = slot + 1;
    this.#organization[slot] = numbers.index;
    this.#series[slot] = series;
    this.#kind[slot] = SERIES_KINDS.indexOf(kind);
    this.#head[slot] = NONE;
    this.#longer.fill(NONE, slot * this.#longerEach, (slot + 1) * this.#longerEach);
    this.#insert(slot);
    return slot;
  }

  remove(slot: Slot): void {
    const numbers = this.#byIndex[this.#organization[slot] as number] as Numbers;
    numbers.slots[this.#series[slot] as number] = 0;
    this.#organization[slot] = NONE;
    this.#takeOut(slot);
    this.#free.push(slot);
  }

  /** It was heard of last. */
  touch(slot: Slot): void {
    if (slot === this.#latest) return;
    this.#takeOut(slot);
    this.#insert(slot);
  }

  /** But for `spared`; undefined when there is no other. */
  silentLongest(spared: Slot): Slot | undefined {
    if (this.#latest === NONE) return undefined;
    const last = this.#before[this.#latest] as number;
    const slot = last === spared ? (this.#before[last] as number) : last;
    return slot === spared ? undefined : slot;
  }

  /** Also while some are removed, or added, in between. */
  *all(): Generator<Slot> {
    for (let slot = 0; slot < this.#used; slot++) if (this.#organization[slot] !== NONE) yield slot;
  }

  seriesOf(organization: Organization): number[] {
    const slots = this.#organizations.get(organization)?.slots ?? [];
    return Array.from(slots.keys()).filter((series) => slots[series] !== 0);
  }

  organizationOf(slot: Slot): Organization {
    return (this.#byIndex[this.#organization[slot] as number] as Numbers).organization;
  }

  seriesNumberOf(slot: Slot): number {
    return this.#series[slot] as number;
  }

  kindOf(slot: Slot): SeriesKind {
    return SERIES_KINDS[this.#kind[slot] as number] as SeriesKind;
  }

  headOf(slot: Slot): Handle {
    return this.#head[slot] as number;
  }

  setHead(slot: Slot, record: Handle): void {
    this.#head[slot] = record;
  }

  longerOf(slot: Slot, which: number): Handle {
    return this.#longer[slot * this.#longerEach + which] as number;
  }

  setLonger(slot: Slot, which: number, record: Handle): void {
    this.#longer[slot * this.#longerEach + which] = record;
  }

  #numbersOf(organization: Organization): Numbers {
    const known = this.#organizations.get(organization);
    if (known !== undefined) return known;
    const made = { organization, index: this.#byIndex.length, slots: new Int32Array(FIRST_SLOTS) };
    this.#organizations.set(organization, made);
    this.#byIndex.push(made);
    return made;
  }

  #insert(slot: Slot): void {
    const latest = this.#latest === NONE ? slot : this.#latest;
    const last = this.#latest === NONE ? slot : (this.#before[latest] as number);
    this.#before[slot] = last;
    this.#after[slot] = latest;
    this.#after[last] = slot;
    this.#before[latest] = slot;
    this.#latest = slot;
  }

  #takeOut(slot: Slot): void {
    const before = this.#before[slot] as number;
    const after = this.#after[slot] as number;
    this.#after[before] = after;
    this.#before[after] = before;
    if (slot === this.#latest) this.#latest = after === slot ? NONE : after;
  }

  #grow(): void {
    const slots = this.#kind.length * 2;
    this.#organization = grown(this.#organization, slots);
    this.#series = grown(this.#series, slots);
    this.#head = grown(this.#head, slots);
    this.#before = grown(this.#before, slots);
    this.#after = grown(this.#after, slots);
    this.#longer = grown(this.#longer, slots * this.#longerEach);
    const kinds = new Uint8Array(slots);
    kinds.set(this.#kind);
    this.#kind = kinds;
  }
}

function grown(from: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
