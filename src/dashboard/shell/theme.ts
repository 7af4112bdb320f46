/** Light, dark, or as the system is. Kept in this browser: a theme is a person's, not a link's. */
import { computed, effect, signal } from '@preact/signals';

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'daymill-theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');
const system = signal(systemIsDark.matches);

export const theme = signal<Theme>(THEMES.find((one) => one === stored()) ?? 'system');
/** What is shown: a canvas has no style sheet to ask. */
export const isDark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'));

/** A browser may refuse to keep anything. */
function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // It then holds until the page is left.
  }
}

export function followTheme(): void {
  systemIsDark.addEventListener('change', ({ matches }) => (system.value = matches));
  effect(() => {
    document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
  });
}
