import { createApp, watch } from 'vue';
import './styles/tokens.css';
import './styles/base.css';
import App from './App.vue';
import { createCatalogue } from './i18n/catalogue.ts';
import { applyTheme, createPreferences, DESK, PREFERENCES, WALL } from './preferences.ts';
import { createAppRouter } from './router.ts';
import { createSession, SESSION } from './session.ts';

const preferences = createPreferences(location.pathname === '/wall' ? WALL : DESK);
const session = createSession();
const i18n = createCatalogue(preferences.language.value);

applyTheme(preferences);
watch(
  preferences.language,
  (language) => {
    i18n.global.locale.value = language;
    document.documentElement.lang = language;
    document.title = i18n.global.t('product');
  },
  { immediate: true },
);

createApp(App)
  .provide(PREFERENCES, preferences)
  .provide(SESSION, session)
  .use(i18n)
  .use(createAppRouter({ session, preferences }))
  .mount('#app');
