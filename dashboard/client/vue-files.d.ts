/** For tools that read types without Vue's compiler; vue-tsc knows better. */
declare module '*.vue' {
  import type { Component } from 'vue';
  const component: Component;
  export default component;
}
