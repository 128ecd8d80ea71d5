/** Longest name that a path repeats. */
const LONGEST_NAME = 64;

/** `$.values.water_temprature`; a name that would not read well so is quoted: `$.values["水温"]`. */
export function childPath(parent: string, key: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(key)) return `${parent}.${key}`;
  return `${parent}[${quoted(key, LONGEST_NAME)}]`;
}

export function elementPath(parent: string, index: number): string {
  return `${parent}[${index}]`;
}

/** A text as it stands in JSON, cut to `longest` characters. */
export function quoted(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return JSON.stringify(cut.toWellFormed());
}

/** Whether a place of a message is another, or lies inside it. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
