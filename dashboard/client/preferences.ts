import { inject, type InjectionKey, ref, watch } from 'vue';
import { type Language, LANGUAGES, preferredLanguage } from './format/language.ts';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];
export type Preferences = ReturnType<typeof createPreferences>;

/** What this browser remembers: language, theme, sound, the site last looked at. */
export function createPreferences() {
  const language = ref<Language>(oneOf(LANGUAGES, read('language')) ?? preferredLanguage(navigator.languages));
  const theme = ref<Theme>(oneOf(THEMES, read('theme')) ?? 'system');
  const sound = ref(read('sound') !== 'off');
  const site = ref(read('site'));

  watch(language, (value) => write('language', value));
  watch(theme, (value) => write('theme', value));
  watch(sound, (value) => write('sound', value ? 'on' : 'off'));
  watch(site, (value) => value !== null && write('site', value));
  return { language, theme, sound, site };
}

export const PREFERENCES: InjectionKey<Preferences> = Symbol('preferences');

export function usePreferences(): Preferences {
  const preferences = inject(PREFERENCES);
  if (preferences === undefined) throw new Error('main.ts provides the preferences');
  return preferences;
}

/** Keeps `data-theme` on the root element equal to the choice or, for `system`, to what the system wishes. */
export function applyTheme(preferences: Preferences): void {
  const contrast = matchMedia('(prefers-contrast: more)');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const wished = contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light';
    document.documentElement.dataset['theme'] = preferences.theme.value === 'system' ? wished : preferences.theme.value;
  };
  contrast.addEventListener('change', apply);
  dark.addEventListener('change', apply);
  watch(preferences.theme, apply, { immediate: true });
}

function oneOf<T extends string>(choices: readonly T[], value: string | null): T | undefined {
  return choices.find((choice) => choice === value);
}

/** A browser may refuse storage: the choice then lasts as long as the page. */
function read(name: string): string | null {
  try {
    return localStorage.getItem(`facility-watch.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`facility-watch.${name}`, value);
  } catch {
    // Nothing to be done: see read().
  }
}
