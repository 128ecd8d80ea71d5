import type { PointView } from '../../../contract/live.ts';
import type { Words } from '../words/use-words.ts';

/** 强行打开, 开启 5 分, 关闭: of a door that was forced that matters, even when its leaf swung shut again. */
export function doorState({ door }: PointView, now: number, { t, duration }: Words): string {
  const { open = null, since = null, forced = false } = door ?? {};
  if (forced) return t('door.forced');
  if (open === null) return t('door.unsaid');
  if (!open) return t('door.closed');
  return since === null ? t('door.openNow') : t('door.open', { duration: duration(now - since) });
}
