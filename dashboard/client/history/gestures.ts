import { moved, spanOf, within, zoomed, type View } from './view.ts';

export interface GestureOptions {
  readonly view: () => View;
  readonly now: () => number;
  /** Width of the plot, px. */
  readonly width: () => number;
  /** Where a place across the page (px) lies in the plot: 0 at its left, 1 at its right edge. */
  readonly shareAt: (clientX: number) => number;
  readonly look: (view: View) => void;
  /** Under the pointer or a finger; null: under none. */
  readonly point: (at: number | null) => void;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Closer fingers (px) say nothing of how far somebody pulls them apart. */
const CLOSEST = 24;

/** What pointers, fingers and the wheel do to a view. */
export function gestures({ now, width, shareAt, point, ...options }: GestureOptions) {
  /** Those that are down, by their id. */
  const down = new Map<number, Place>();
  /** While something is down: what was asked for last, which the page may not show yet. */
  let held: View | null = null;
  const view = (): View => held ?? options.view();
  const timeAt = (x: number) => view().from + shareAt(x) * spanOf(view());
  const placeOf = ({ clientX, clientY }: PointerEvent): Place => ({ x: clientX, y: clientY });

  function look(next: View): void {
    if (down.size > 0) held = next;
    options.look(next);
  }

  return {
    press(event: PointerEvent): void {
      down.set(event.pointerId, placeOf(event));
      if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
      point(down.size === 1 ? timeAt(event.clientX) : null);
    },
    drag(event: PointerEvent): void {
      const before = down.get(event.pointerId);
      const is = placeOf(event);
      if (before === undefined) {
        if (event.pointerType === 'mouse') point(timeAt(is.x));
        return;
      }
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      down.set(event.pointerId, is);
      point(other === undefined ? timeAt(is.x) : null);
      // Two fingers move by what lies between them.
      const by = other === undefined ? before.x - is.x : (before.x - is.x) / 2;
      const shifted = moved(view(), by / width(), now());
      look(shifted);
      if (other === undefined) return;
      const [was, apart] = [distance(before, other), distance(is, other)].map((px) => Math.max(CLOSEST, px));
      look(zoomed(shifted, (was ?? 1) / (apart ?? 1), timeAt((is.x + other.x) / 2), now()));
    },
    release(event: PointerEvent): void {
      down.delete(event.pointerId);
      if (down.size === 0) held = null;
    },
    leave(event: PointerEvent): void {
      // What a finger pointed at stays to be read.
      if (event.pointerType === 'mouse') point(null);
    },
    wheel(event: WheelEvent): void {
      look(zoomed(view(), event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.clientX), now()));
    },
  };
}

/** Where a key leads; undefined: nowhere. */
export function viewByKey(key: string, view: View, now: number): View | undefined {
  const middle = (view.from + view.to) / 2;
  switch (key) {
    case 'ArrowLeft':
      return moved(view, -0.1, now);
    case 'ArrowRight':
      return moved(view, 0.1, now);
    case 'PageUp':
      return moved(view, -1, now);
    case 'PageDown':
      return moved(view, 1, now);
    case '+':
    case '=':
      return zoomed(view, 0.8, middle, now);
    case '-':
      return zoomed(view, 1.25, middle, now);
    case 'End':
      return within({ from: now - spanOf(view), to: now }, now);
    default:
      return undefined;
  }
}

function distance(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
