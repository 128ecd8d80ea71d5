import type { RefusalView } from '../../../contract/devices.ts';
import { devices } from '../i18n/zh/devices.ts';
import { visible } from '../words/visible.ts';
import { commandsFor, isId, namedDevice } from './commands.ts';

/** What one row of the refusals says. Everything in it that a stranger typed has its hidden characters written out. */
export interface RefusalText {
  readonly title: string;
  readonly remedy: string;
  /** To be copied; null: nothing on the server helps. */
  readonly command: string | null;
  /** Leads to the steps that bring a device in. */
  readonly add: boolean;
  /** What the server adds, in English; null where the texts above say it. */
  readonly detail: string | null;
  /** The device that it is or means to be. */
  readonly device: string | null;
}

type Reason = keyof typeof devices.refusals.remedy & keyof typeof devices.refusals.why;

function isKnown(reason: string): reason is Reason {
  return Object.hasOwn(devices.refusals.why, reason) && Object.hasOwn(devices.refusals.remedy, reason);
}

/** Reasons whose detail is understood by the texts themselves. */
const TOLD = new Set<Reason>(['no_credentials', 'client_id_mismatch', 'foreign_topic', 'subscription']);

/** A text of the catalogue, with what stands in it. */
type Translate = (key: string, named?: Record<string, unknown>) => string;

export function refusalText(refusal: RefusalView, site: string, { t }: { t: Translate }): RefusalText {
  const { reason, detail, clientId, username } = refusal;
  const device = refusal.device ?? namedDevice(username, site) ?? namedDevice(clientId, site);
  const said = detail === null ? null : visible(detail);
  const nothing = { command: null, add: false, detail: said, device };
  if (!isKnown(reason)) return { ...nothing, title: visible(reason), remedy: t('devicesPage.refusals.remedy.other') };

  const commands = commandsFor(site, device);
  const why = (key: keyof typeof devices.refusals.why, named = {}) => t(`devicesPage.refusals.why.${key}`, named);
  const remedy = (key: keyof typeof devices.refusals.remedy, named = {}) =>
    t(`devicesPage.refusals.remedy.${key}`, named);
  const usual = {
    ...nothing,
    title: why(reason),
    remedy: remedy(reason, { device: device ?? '', topic: commands.topic }),
    detail: TOLD.has(reason) ? null : said,
  };
  switch (reason) {
    case 'unknown_client':
      return refusal.device === null
        ? { ...usual, command: commands.create, add: true }
        : { ...usual, remedy: remedy('no_credential'), command: commands.create };
    case 'wrong_password':
      return { ...usual, command: device === null ? null : commands.rotate };
    // Whoever says no name may well have a credential; only a registered device is named.
    case 'no_credentials':
      return { ...usual, command: commandsFor(site, refusal.device).create };
    // It is the second one that needs an id and a credential of its own.
    case 'identity_conflict':
      return { ...usual, command: commandsFor(site, null).create, add: true, device: null };
    case 'client_id_mismatch': {
      const right = /connects as (\S+)$/.exec(said ?? '')?.[1] ?? username;
      return { ...usual, remedy: remedy(reason, { client: visible(right ?? commands.username) }) };
    }
    case 'foreign_topic': {
      const other = /^fw\/v1\/[^/]+\/([^/]+)\//.exec(detail ?? '')?.[1] ?? '';
      return {
        ...usual,
        title: isId(other) ? why('foreign_device', { device: other }) : usual.title,
        remedy: device === null ? remedy('foreign_topic_unknown') : usual.remedy,
        detail: isId(other) ? null : said,
      };
    }
    default:
      return usual;
  }
}
