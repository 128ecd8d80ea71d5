import { ID_PATTERN } from '../../../contract/ids.ts';

const ID = new RegExp(ID_PATTERN);

/** Stands in a command where an id has to be put first. */
const PLACEHOLDER = 'DEVICE';

export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * The device that a client means: `north.boiler` at site `north`, or a bare id. Null where it names none: what a
 * stranger typed never goes into a command that somebody pastes into a shell.
 */
export function namedDevice(name: string | null, site: string): string | null {
  if (name === null) return null;
  const id = name.startsWith(`${site}.`) ? name.slice(site.length + 1) : name;
  return isId(id) ? id : null;
}

export interface Commands {
  readonly exportRegistry: string;
  readonly tryImport: string;
  readonly importRegistry: string;
  readonly create: string;
  readonly rotate: string;
  readonly registryLine: string;
  readonly username: string;
  readonly topic: string;
}

/** All that has to be typed to bring a device in; without an id, `DEVICE` stands where it belongs. */
export function commandsFor(site: string, device: string | null): Commands {
  const id = device ?? PLACEHOLDER;
  const admin = (rest: string) => `npm run admin -- ${rest}`;
  return {
    exportRegistry: admin(`registry export ${site} ${site}.yaml`),
    tryImport: admin(`registry import ${site}.yaml --dry-run`),
    importRegistry: admin(`registry import ${site}.yaml`),
    create: admin(`device credential create ${site} ${id}`),
    rotate: admin(`device credential rotate ${site} ${id}`),
    registryLine: `  - { id: ${id}, name: { zh: ${id}, en: ${id} } }`,
    username: `${site}.${id}`,
    topic: `fw/v1/${site}/${id}/readings`,
  };
}
