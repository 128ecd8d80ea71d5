import type { KeptVersion, Sheet } from '../../contract/sheet.ts';
import { filled, type RegisterWords } from './register.ts';

/** `第 2 版`; null while the month runs. */
export function versionText({ version }: Pick<Sheet, 'version'>, { texts }: RegisterWords): string | null {
  if (version === null) return null;
  const { number, open } = texts.sheet.version;
  return filled(version.kept ? number : open, { n: version.number });
}

/** Who was the first to be given a version, and how; or that it was looked at. */
export function givenText({ keptAt, issued }: KeptVersion, { texts, minute }: RegisterWords): string {
  const { version } = texts.sheet;
  if (issued === null) return filled(version.looked, { time: minute(keptAt) });
  return filled(version.issued[issued.as], { time: minute(issued.at), by: issued.by });
}
