/** `npm run bench -- NAME`: measures one part, beside what it is judged against, in one run on this machine. */
import { benchAsk } from './ask.ts';
import { benchCells } from './cells.ts';
import { benchCellsProfile } from './cells-profile.ts';
import { benchCollect } from './collect.ts';
import { benchColdStart } from './cold-start.ts';
import { benchComputations } from './computations.ts';
import { benchDashboard } from './dashboard.ts';
import { benchEmulators } from './emulators.ts';
import { benchEstimate } from './estimate.ts';
import { benchExecution } from './execution.ts';
import { benchFormats } from './formats.ts';
import { benchGrid } from './grid.ts';
import { benchHeartbeats } from './heartbeats.ts';
import { benchLiveReaders } from './live-readers.ts';
import { benchLiveWindows } from './live-windows.ts';
import { benchManifest } from './manifest.ts';
import { benchMutants } from './mutants.ts';
import { benchPipeline } from './pipeline.ts';
import { benchPlain } from './plain.ts';
import { benchPlanning } from './planning.ts';
import { benchScale } from './scale.ts';
import { benchServices } from './services.ts';
import { benchStart } from './start.ts';
import { benchWorkerMemory } from './worker-memory.ts';
import { benchYear } from './year.ts';

const quick = process.argv.includes('--quick');

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  ask: () => benchAsk({ quick }),
  cells: () => benchCells({ quick }),
  'cells-profile': benchCellsProfile,
  collect: () => benchCollect({ quick }),
  'cold-start': benchColdStart,
  computations: () => benchComputations({ quick }),
  dashboard: () => benchDashboard({ quick }),
  emulators: benchEmulators,
  estimate: () => benchEstimate({ quick }),
  async execution() {
    await benchExecution();
    process.stdout.write('\n');
    await benchCells({ quick });
  },
  formats: benchFormats,
  grid: benchGrid,
  heartbeats: () => benchHeartbeats({ quick }),
  'live-readers': () => benchLiveReaders({ quick }),
  'live-windows': () => benchLiveWindows({ quick }),
  manifest: benchManifest,
  mutants: () => benchMutants({ quick }),
  pipeline: benchPipeline,
  plain: () => benchPlain({ quick }),
  planning: benchPlanning,
  scale: () => benchScale({ quick }),
  services: benchServices,
  start: benchStart,
  'worker-memory': () => benchWorkerMemory({ quick }),
  year: () => benchYear({ quick }),
};

const name = process.argv[2] ?? '';
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME [--quick], where NAME is one of: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
