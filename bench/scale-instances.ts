/**
 * Deliveries and instances in a simulated night: what Pub/Sub pushes waits for an instance that has room, as long as Cloud Run lets it wait,
 * is refused then, and comes again after a pause that doubles. An instance is lost with all that it has at hand.
 */
import { workerConcurrency } from '../src/deploy/services.ts';
import { ZOMBIE_MINUTES } from '../src/mill/lifecycle/limits.ts';
import { tierNamed, type Tiers } from '../src/mill/model/tier.ts';
import type { SimulatedClock } from './scale-clock.ts';
import { PLATFORM } from './scale-platform.ts';

export interface InstancesOptions {
  readonly clock: SimulatedClock;
  readonly tiers: Tiers;
  /** Of a tier at most. */
  readonly maxInstances: (tier: string) => number;
  readonly reach: (limit: string, atMs: number) => void;
  /** `done` is to be called when the delivery is over. */
  readonly work: (delivery: Delivery, instance: Instance) => void;
}

export interface Instance {
  readonly id: string;
  readonly tier: string;
  readyMs: number;
  used: number;
  freeMs: number;
  busySinceMs: number;
  isAlive: boolean;
}

export interface Delivery {
  readonly taskId: string;
  readonly tier: string;
  count: number;
  isWaiting: boolean;
}

export class Instances {
  delivered = 0;
  refused = 0;
  deadLetters = 0;
  peak = 0;
  /** Billed, by tier. */
  readonly seconds = new Map<string, number>();
  readonly #options: InstancesOptions;
  readonly #instances: Instance[] = [];
  readonly #queues = new Map<string, Delivery[]>();
  #started = 0;
  #noneBeforeMs = 0;

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /** All instances are gone with what they had at hand. */
  loseAll(): void {
    const { clock } = this.#options;
    this.#noneBeforeMs = clock.nowMs + PLATFORM.outageMs;
    for (const instance of this.#instances.splice(0)) {
      instance.isAlive = false;
      if (instance.used > 0) this.#bill(instance);
    }
  }

  push(delivery: Delivery): void {
    this.delivered++;
    delivery.count++;
    delivery.isWaiting = true;
    const queue = this.#queues.get(delivery.tier) ?? [];
    this.#queues.set(delivery.tier, queue);
    queue.push(delivery);
    this.#options.clock.after(PLATFORM.queueMs, () => {
      if (!delivery.isWaiting) return;
      delivery.isWaiting = false;
      queue.splice(queue.indexOf(delivery), 1);
      this.refused++;
      this.#options.reach('Cloud Run answers 429: instances of a tier', this.#options.clock.nowMs);
      this.refuse(delivery);
    });
    this.#serve(delivery.tier);
  }

  refuse(delivery: Delivery): void {
    if (delivery.count >= PLATFORM.deliveries) {
      this.deadLetters++;
      this.#options.reach('100 deliveries of a message', this.#options.clock.nowMs);
      // The reconciler offers the task again, in a message of its own.
      this.#options.clock.after(ZOMBIE_MINUTES * 60_000, () => this.push({ ...delivery, count: 0 }));
      return;
    }
    const waitMs = Math.min(PLATFORM.firstBackoffMs * 2 ** (delivery.count - 1), PLATFORM.longestBackoffMs);
    this.#options.clock.after(waitMs, () => this.push(delivery));
  }

  /** Gives what waits to instances that have room, and starts more where there are too few. */
  #serve(tier: string): void {
    const { clock, tiers, maxInstances } = this.#options;
    const concurrency = workerConcurrency(tierNamed(tiers, tier), tiers);
    const queue = this.#queues.get(tier) ?? [];
    const ofTier = this.#instances.filter((one) => one.tier === tier);
    for (const instance of ofTier) {
      while (instance.readyMs <= clock.nowMs && instance.used < concurrency && queue.length > 0) {
        const delivery = queue.shift() as Delivery;
        delivery.isWaiting = false;
        if (instance.used++ === 0) instance.busySinceMs = clock.nowMs;
        this.#options.work(delivery, instance);
      }
    }
    let coming = ofTier.filter(({ readyMs }) => readyMs > clock.nowMs).length;
    while (
      queue.length > coming * concurrency &&
      ofTier.length < maxInstances(tier) &&
      clock.nowMs >= this.#noneBeforeMs
    ) {
      const readyMs = clock.nowMs + PLATFORM.startMs;
      const id = `${tier}-${this.#started++}`;
      const instance: Instance = {
        id,
        tier,
        readyMs,
        used: 0,
        freeMs: readyMs,
        busySinceMs: readyMs,
        isAlive: true,
      };
      this.#instances.push(instance);
      ofTier.push(instance);
      coming++;
      clock.at(readyMs, () => this.#serve(tier));
    }
    if (queue.length > 0 && clock.nowMs < this.#noneBeforeMs) clock.at(this.#noneBeforeMs, () => this.#serve(tier));
    this.peak = Math.max(this.peak, this.#instances.length);
  }

  done(instance: Instance): void {
    if (!instance.isAlive) return;
    instance.used--;
    if (instance.used === 0) this.#bill(instance);
    this.#serve(instance.tier);
  }

  /** Of the time since it last had nothing to do. */
  #bill(instance: Instance): void {
    const { clock } = this.#options;
    const seconds = Math.max(0, clock.nowMs - instance.busySinceMs) / 1_000;
    this.seconds.set(instance.tier, (this.seconds.get(instance.tier) ?? 0) + seconds);
  }

  /** What an instance that was lost would have done is not done, and its message comes again. */
  onInstance(instance: Instance, delivery: Delivery, atMs: number, act: () => void): void {
    this.#options.clock.at(atMs, () => {
      if (instance.isAlive) act();
      else if (!delivery.isWaiting) {
        delivery.isWaiting = true;
        this.refuse(delivery);
      }
    });
  }
}
