/** What 2.0 says of metrics, which it says again with each series: once a name, unless it says something else. */
import { type Metadata, NAME_LABEL } from '../../model/series.ts';
import { familyOf, typeByNumber } from './metric-type.ts';
import type { Symbols } from './symbols.ts';

export class MetadataOfNames {
  readonly #symbols: Symbols;
  /** The symbol `__name__`; -2 while nobody looked for it, -1 when there is none. */
  #nameRef = -2;
  /** By the symbol of a metric's name: type, help and unit that were said last. */
  readonly #said = new Map<number, { type: number; help: number; unit: number }>();
  readonly #all: Metadata[] = [];

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
  }

  say(refs: Uint32Array, count: number, type: number, help: number, unit: number): void {
    if (type === 0 && help === 0 && unit === 0) return;
    const name = this.#nameOf(refs, count);
    if (name < 0) return;
    const said = this.#said.get(name);
    if (said !== undefined && said.type === type && said.help === help && said.unit === unit) return;
    this.#said.set(name, { type, help, unit });
    this.#add(name, type, help, unit);
  }

  /** In the order in which they came. */
  all(): Metadata[] {
    return this.#all;
  }

  #nameOf(refs: Uint32Array, count: number): number {
    if (this.#nameRef === -2) this.#nameRef = this.#findName();
    for (let at = 0; at < count; at += 2) if (refs[at] === this.#nameRef) return refs[at + 1] as number;
    return -1;
  }

  #findName(): number {
    const { count, starts, ends } = this.#symbols;
    for (let ref = 0; ref < count; ref++) {
      const isAsLong = (ends[ref] as number) - (starts[ref] as number) === NAME_LABEL.length;
      if (isAsLong && this.#symbols.text(ref) === NAME_LABEL) return ref;
    }
    return -1;
  }

  #add(nameRef: number, typeNumber: number, helpRef: number, unitRef: number): void {
    const name = this.#symbols.text(nameRef);
    if (name === undefined) return;
    const type = typeByNumber(typeNumber);
    const help = this.#symbols.text(helpRef) ?? '';
    const unit = this.#symbols.text(unitRef) ?? '';
    const family = familyOf(name, type);
    const last = this.#all.at(-1);
    // `_bucket`, `_sum` and `_count` of one family say the same.
    if (last?.name === family && last.type === type && (last.help ?? '') === help && (last.unit ?? '') === unit) return;
    this.#all.push({ name: family, type, ...(unit === '' ? {} : { unit }), ...(help === '' ? {} : { help }) });
  }
}
