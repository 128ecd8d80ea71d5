import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Vue takes a NODE_ENV that happens to be set for what to build: what is served is always built for production.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  root: here('./client'),
  plugins: [vue(), precompress()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
  },
  build: {
    outDir: here('../dist/client'),
    emptyOutDir: true,
    target: 'es2023',
    // No data: URIs: the content security policy allows files of our own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The charts' library, loaded when somebody first looks at a point's history.
    chunkSizeWarningLimit: 700,
    rollupOptions: { output: { entryFileNames: 'assets/[name]-[hash].js' } },
  },
});
