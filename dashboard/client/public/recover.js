// Loaded before everything else: when one of the page's own files cannot be had, because the server is just starting or
// was updated meanwhile, the page is loaded anew as soon as the server serves it. Nobody stands by a screen on a wall.
(() => {
  const LOOK_MS = 5_000;
  let waiting = false;

  function look() {
    fetch('/', { cache: 'no-store' }).then(
      ({ ok }) => (ok ? location.reload() : setTimeout(look, LOOK_MS)),
      () => setTimeout(look, LOOK_MS),
    );
  }
  function recover() {
    if (waiting) return;
    waiting = true;
    setTimeout(look, LOOK_MS);
  }

  addEventListener(
    'error',
    ({ target }) => {
      const part = target instanceof HTMLScriptElement || (target instanceof HTMLLinkElement && target.rel !== 'icon');
      if (part) recover();
    },
    true,
  );
  // A part of the page that is loaded later.
  addEventListener('vite:preloadError', recover);
})();
