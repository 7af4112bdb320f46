/** The public name for a project's settings: `export default defineConfig({ … })` in its daymill.config.ts. */
import type { z } from 'zod';
import type { ProjectSettings } from './project-settings.ts';

/** Every member may be left out. */
export type ProjectConfig = z.input<typeof ProjectSettings>;

/** Settings that depend on where they are read: staging and production, a laptop. */
export type ConfigOf = (context: { readonly env: Readonly<Record<string, string | undefined>> }) => ProjectConfig;

/** Gives back what it is given: it is there for the types. Values are checked when Daymill reads the file. */
export const defineConfig = <C extends ProjectConfig | ConfigOf>(config: C): C => config;
