import type { LocalText } from '../../contract/ids.ts';

/** A Chinese character beside a digit or a Latin letter, either way round. */
const SEAM = /(?:\p{Script=Han}[0-9A-Za-z]|[0-9A-Za-z]\p{Script=Han})/u;

/** What lies within a place, called by both names: `男浴大池`, `井口 3 号考勤机`; `Men's bath, Large pool`. */
export function placeName(whole: LocalText, part: LocalText): LocalText {
  const seam = (whole.zh.at(-1) ?? '') + (part.zh.at(0) ?? '');
  return { zh: `${whole.zh}${SEAM.test(seam) ? ' ' : ''}${part.zh}`, en: `${whole.en}, ${part.en}` };
}
