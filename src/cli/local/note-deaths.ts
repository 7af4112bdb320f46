/** Hands on what this machine sees and a dead worker cannot say: that it was memory that ended its process. */
import { compose } from '../../compose.ts';
import { type Config, workerName } from '../../config/config.ts';
import { toError } from '../../errors.ts';
import { noteDeath } from '../../mill/steps/work/note-death.ts';
import type { MemoryDeath } from './function-process.ts';

export interface DeathNotes {
  /** `tier`: of the worker. Never throws: what is not noted, the lease's end shows in the end. */
  note(tier: string, death: MemoryDeath): void;
  /** Waits for what is being noted. */
  close(): Promise<void>;
}

export function deathNotes(config: Config, onTrouble: (message: string) => void): DeathNotes {
  const underWay = new Set<Promise<void>>();
  const tell = async (tier: string, { pid, ...death }: MemoryDeath): Promise<void> => {
    const ports = compose({ ...config, logLevel: 'silent' });
    try {
      await noteDeath({ worker: workerName(tier, pid), ...death }, ports);
    } catch (thrown) {
      onTrouble(`what ended the worker ${pid} was not noted: ${toError(thrown).message}`);
    } finally {
      await ports.close();
    }
  };
  return {
    note(tier, death) {
      const told = tell(tier, death).finally(() => underWay.delete(told));
      underWay.add(told);
    },
    async close() {
      await Promise.all(underWay);
    },
  };
}
