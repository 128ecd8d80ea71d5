/** Between two looks whether the server is there, ms. */
const LOOK_MS = 3_000;
const LOOK_TIMEOUT_MS = 4_000;
/** A fault that a new page has too must not reload it in a circle: at most once in so many ms. */
const SELDOM_MS = 60_000;
const MARK = 'facility-watch.reloaded';

let waiting = false;
let planned = false;

/** Loads the page anew as soon as the server serves it: a browser's own page of failure would stay for ever. */
export function reloadWhenServed(): void {
  if (waiting) return;
  waiting = true;
  void look();
}

/** The same for faults of which nobody knows whether a new page is free of them. */
export function reloadSeldom(): void {
  if (planned) return;
  planned = true;
  const left = SELDOM_MS - (Date.now() - markedAt());
  setTimeout(
    () => {
      mark();
      reloadWhenServed();
    },
    Math.min(SELDOM_MS, Math.max(LOOK_MS, left)),
  );
}

async function look(): Promise<void> {
  const served = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) })
    .then(({ ok }) => ok)
    .catch(() => false);
  if (served) location.reload();
  else setTimeout(() => void look(), LOOK_MS);
}

function markedAt(): number {
  try {
    return Number(sessionStorage.getItem(MARK) ?? 0);
  } catch {
    return 0;
  }
}

function mark(): void {
  try {
    sessionStorage.setItem(MARK, String(Date.now()));
  } catch {
    // A browser may refuse storage: it then reloads as often as the fault comes.
  }
}
