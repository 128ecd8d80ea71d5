import { inject, type InjectionKey, ref, watch } from 'vue';
import { type Language, LANGUAGES, preferredLanguage } from './format/language.ts';

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];
export type Preferences = ReturnType<typeof createPreferences>;

/** Where a page is read decides what it starts with; a desk and a wall in one browser remember apart. */
interface Reading {
  readonly name: string;
  readonly language: () => Language;
  readonly theme: () => Theme;
}
export const DESK: Reading = {
  name: '',
  language: () => preferredLanguage(navigator.languages),
  theme: () => 'system',
};
/** Chinese unless the address says `?lang=en`, dark unless the system asks for more contrast. */
export const WALL: Reading = {
  name: 'wall.',
  language: () => 'zh-CN',
  theme: () => (matchMedia('(prefers-contrast: more)').matches ? 'system' : 'dark'),
};

/** What this browser remembers: language, theme, sound, the site last looked at. */
export function createPreferences(reading: Reading = DESK) {
  const kept = (name: string) => read(reading.name + name);
  const keep = (name: string, value: string) => write(reading.name + name, value);
  const asked = reading === WALL ? new URLSearchParams(location.search).get('lang') : null;
  const language = ref<Language>(
    LANGUAGES.find((each) => asked !== null && each.slice(0, 2) === asked) ??
      oneOf(LANGUAGES, kept('language')) ??
      reading.language(),
  );
  const theme = ref<Theme>(oneOf(THEMES, kept('theme')) ?? reading.theme());
  const sound = ref(kept('sound') !== 'off');
  const site = ref(kept('site'));

  watch(language, (value) => keep('language', value));
  watch(theme, (value) => keep('theme', value));
  watch(sound, (value) => keep('sound', value ? 'on' : 'off'));
  watch(site, (value) => value !== null && keep('site', value));
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
